//! How the rules of a national validation are declared: number, severity and words in one list.

/// Declares the rules of one statutory return as an enum, and what each says.
macro_rules! national_rules {
    ($(#[$doc:meta])+ $name:ident, $scheme:literal { $($rule:ident = $number:literal, $severity:ident, $words:literal;)+ }) => {
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[non_exhaustive]
        pub enum $name {
            $(
                #[doc = concat!("Rule ", $number, ": ", $words, ".")]
                #[serde(rename = $number)]
                $rule,
            )+
        }

        impl $name {
            /// Every rule, in the order of the numbers.
            pub const ALL: &'static [Self] = &[$(Self::$rule,)+];

            /// The number by which the national validation knows it.
            #[must_use]
            pub const fn number(self) -> &'static str {
                match self {
                    $(Self::$rule => $number,)+
                }
            }

            /// What is wrong, in the words of the national rule, without a full stop.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$rule => $words,)+
                }
            }

            /// What it does to figures.
            #[must_use]
            pub const fn severity(self) -> super::Severity {
                match self {
                    $(Self::$rule => super::Severity::$severity,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($scheme, " rule {}"), self.number())
            }
        }
    };
}

pub(super) use national_rules;
