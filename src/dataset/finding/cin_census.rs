//! Rules of the national validation of the children in need census.

super::national::national_rules! {
    /// A rule of the national validation of the children in need census.
    ///
    /// Source: Department for Education, children in need census, validation rules.
    ///
    /// ```
    /// use csc_kpi::CinRule;
    ///
    /// assert_eq!(CinRule::Cin1103.number(), "1103");
    /// assert_eq!(CinRule::Cin1103.to_string(), "CIN census rule 1103");
    /// ```
    CinRule, "CIN census" {
        Cin1103 = "1103", MayChangeFigure,
            "the assessment start date cannot be before the referral date";
    }
}
