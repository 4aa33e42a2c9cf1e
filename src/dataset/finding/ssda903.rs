//! Rules of the national validation of the looked-after children return.

super::national::national_rules! {
    /// A rule of the national validation of the SSDA903 return (children looked after).
    ///
    /// Source: Department for Education, SSDA903 collection, validation rules.
    ///
    /// ```
    /// use csc_kpi::Ssda903Rule;
    ///
    /// assert_eq!(Ssda903Rule::Ssda903_142.number(), "142");
    /// assert_eq!(Ssda903Rule::Ssda903_142.to_string(), "SSDA903 rule 142");
    /// ```
    Ssda903Rule, "SSDA903" {
        Ssda903_142 = "142", MayChangeFigure,
            "a new episode has started, but the previous episode has not ended";
    }
}
