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
        Cin100 = "100", MayChangeFigure,
            "Reference Date is incorrect";
        Cin1103 = "1103", MayChangeFigure,
            "the assessment start date cannot be before the referral date";
        Cin1104 = "1104", MayChangeFigure,
            "the date of the initial child protection conference cannot be before the referral date";
        Cin1105 = "1105", MayChangeFigure,
            "the child protection plan start date cannot be before the referral date";
        Cin2883 = "2883", MayChangeFigure,
            "there are more child protection plans starting than initial conferences taking place";
        Cin2884 = "2884", MayChangeFigure,
            "an initial child protection conference is recorded at both the S47 and CIN Details level and it should only be recorded in one";
        Cin2885 = "2885", ForInformation,
            "Child protection plan shown as starting a different day to the initial child protection conference";
        Cin2886Q = "2886Q", ForInformation,
            "percentage of children with no sex recorded is more than 2% (excluding unborns)";
        Cin2887Q = "2887Q", ForInformation,
            "less than 8 disability codes have been used in your return";
        Cin2888Q = "2888Q", ForInformation,
            "only one disability code is recorded per child and multiple disabilities should be recorded where possible";
        Cin2889 = "2889", MayChangeFigure,
            "the S47 start date cannot be before the referral date";
        Cin2990 = "2990", MayChangeFigure,
            "activity is recorded against a case marked as 'Case closed after assessment, no further action' or 'case closed after assessment, referred to early help'";
        Cin2991Q = "2991Q", ForInformation,
            "a Section 47 module is recorded and there is no assessment on the episode";
        Cin4000 = "4000", MayChangeFigure,
            "CIN Plan details provided for a referral with no further action";
        Cin4001 = "4001", ForInformation,
            "a CIN Plan cannot run concurrently with a Child Protection Plan";
        Cin4003 = "4003", ForInformation,
            "a CPP review date is shown as being held at the same time as an open CIN Plan";
        Cin4004 = "4004", ForInformation,
            "this child is showing more than one open CIN Plan, i.e. with no End Date";
        Cin4008 = "4008", ForInformation,
            "CIN Plan shown as starting after the child's Date of Death";
        Cin4009Q = "4009Q", ForInformation,
            "CIN Plan cannot end after the child's Date of Death";
        Cin4010 = "4010", ForInformation,
            "CIN Plan start date is missing or out of data collection period";
        Cin4011 = "4011", ForInformation,
            "CIN Plan End Date earlier than Start Date";
        Cin4012Q = "4012Q", ForInformation,
            "CIN Plan shown as starting and ending on the same day";
        Cin4013 = "4013", ForInformation,
            "CIN Plan end date must fall within the census year";
        Cin4014 = "4014", ForInformation,
            "CIN Plan data contains overlapping dates";
        Cin4015 = "4015", ForInformation,
            "the CIN Plan start date cannot be before the referral date";
        Cin4016 = "4016", ForInformation,
            "a CIN Plan has been reported as open at the same time as a Child Protection Plan";
        Cin4017 = "4017", ForInformation,
            "a Child Protection Plan starts while a CIN Plan has been reported as open";
        Cin4180 = "4180", MayChangeFigure,
            "Sex must be provided and equal M, F, or U (to 2024: Gender is missing)";
        Cin4220 = "4220", MayChangeFigure,
            "Ethnicity is missing or invalid (see Ethnicity table)";
        Cin8500 = "8500", BlocksFigure,
            "LA Child ID missing; the child is left out with all that is recorded of it";
        Cin8510 = "8510", MayChangeFigure,
            "more than one child record with the same LA Child ID";
        Cin8520 = "8520", MayChangeFigure,
            "Date of Birth is after data collection period (must be on or before the end of the census period)";
        Cin8525Q = "8525Q", MayChangeFigure,
            "either Date of Birth or Expected Date of Birth must be provided (but not both)";
        Cin8530Q = "8530Q", ForInformation,
            "Expected Date of Birth is outside the expected range for this census (March to December of the Census Year end)";
        Cin8535Q = "8535Q", MayChangeFigure,
            "child's date of death should not be prior to the date of birth";
        Cin8540 = "8540", ForInformation,
            "child's disability is missing or invalid (see Disability table)";
        Cin8545Q = "8545Q", ForInformation,
            "child's date of death should be within the census year";
        Cin8555Q = "8555Q", MayChangeFigure,
            "child cannot be referred after its recorded date of death";
        Cin8565 = "8565", MayChangeFigure,
            "activity shown after a case has been closed";
        Cin8568 = "8568", MayChangeFigure,
            "RNFA flag is missing or invalid";
        Cin8569Q = "8569Q", MayChangeFigure,
            "a case with referral date before one working day prior to the collection start date must not be flagged as a no further action case";
        Cin8585Q = "8585Q", ForInformation,
            "CIN episode shows Died as the Closure Reason, however child has no recorded Date of Death";
        Cin8590 = "8590", MayChangeFigure,
            "child does not have a recorded CIN episode";
        Cin8600 = "8600", MayChangeFigure,
            "child referral date missing or after data collection period";
        Cin8606 = "8606", MayChangeFigure,
            "child referral date is more than 40 weeks before DOB or expected DOB";
        Cin8608 = "8608", BlocksFigure,
            "Assessment Start Date cannot be later than its End Date";
        Cin8610 = "8610", ForInformation,
            "Primary Need code is missing for a referral which led to further action";
        Cin8614 = "8614", ForInformation,
            "parental or child factors at assessment should only be present for a completed assessment";
        Cin8615 = "8615", BlocksFigure,
            "Section 47 Enquiry Start Date must be present and cannot be later than the date of the initial Child Protection Conference";
        Cin8620 = "8620", MayChangeFigure,
            "CIN Closure Date present and does not fall within the Census year";
        Cin8630 = "8630", BlocksFigure,
            "CIN Closure Date is before CIN Referral Date for the same CIN episode";
        Cin8640 = "8640", ForInformation,
            "CIN Reason for closure code invalid (see Reason for Closure table in CIN Census code set)";
        Cin8650 = "8650", ForInformation,
            "Primary Need Code invalid (see Primary Need table in CIN census code set)";
        Cin8670Q = "8670Q", MayChangeFigure,
            "assessment started more than 45 working days before the end of the census year, however, there is no Assessment end date";
        Cin8675Q = "8675Q", MayChangeFigure,
            "S47 Enquiry started more than 15 working days before the end of the census year, however, there is no date of Initial Child Protection Conference";
        Cin8696 = "8696", MayChangeFigure,
            "Assessment end date must fall within the census year";
        Cin8715 = "8715", MayChangeFigure,
            "Date of Initial Child Protection Conference must fall within the census year";
        Cin8720 = "8720", MayChangeFigure,
            "Child Protection Plan Start Date missing or out of data collection period";
        Cin8730 = "8730", MayChangeFigure,
            "Total Number of previous Child Protection Plans missing";
        Cin8736 = "8736", MayChangeFigure,
            "for an Assessment that has not been completed, the start date must fall within the census year";
        Cin8740 = "8740", MayChangeFigure,
            "for a Section 47 Enquiry that has not held the Initial Child Protection Conference by the end of the census year, the start date must fall within the census year";
        Cin8750 = "8750", ForInformation,
            "Sex must equal U for an unborn child (to 2024: Gender must equal 0)";
        Cin8775Q = "8775Q", ForInformation,
            "child is over 25 years old";
        Cin8790 = "8790", ForInformation,
            "disability information includes both None and other values";
        Cin8794 = "8794", ForInformation,
            "child has two or more disabilities with the same code";
        Cin8805 = "8805", ForInformation,
            "a CIN case cannot have a CIN closure date without a Reason for Closure";
        Cin8810 = "8810", MayChangeFigure,
            "a CIN case cannot have a Reason for Closure without a CIN Closure Date";
        Cin8815 = "8815", MayChangeFigure,
            "more than one open CIN Details episode (a module with no CIN Closure Date) has been provided for this child and case is not a referral with no further action";
        Cin8816 = "8816", MayChangeFigure,
            "an open CIN episode is shown and case is not a referral with no further action, but it is not the latest episode";
        Cin8820 = "8820", MayChangeFigure,
            "the dates on the CIN episodes for this child overlap";
        Cin8825Q = "8825Q", MayChangeFigure,
            "Reason for Closure code RC8 (case closed after assessment) or RC9 (case closed after assessment, referred to early help) has been returned but there is no assessment present for the episode";
        Cin8831 = "8831", MayChangeFigure,
            "activity is recorded against a case marked as a referral with no further action";
        Cin8832 = "8832", MayChangeFigure,
            "Child Protection details provided for a referral with no further action";
        Cin8839 = "8839", MayChangeFigure,
            "within one CINDetails group there are 2 or more open S47 Assessments";
        Cin8840 = "8840", MayChangeFigure,
            "Child Protection Plan cannot start and end on the same day";
        Cin8841 = "8841", MayChangeFigure,
            "the review date cannot be on the same day or before the Child protection Plan start date";
        Cin8842Q = "8842Q", MayChangeFigure,
            "Review Record has a missing date";
        Cin8863Q = "8863Q", MayChangeFigure,
            "an Assessment is shown as starting when there is another Assessment ongoing";
        Cin8866 = "8866", ForInformation,
            "Source of Referral is missing or an invalid code";
        Cin8867 = "8867", MayChangeFigure,
            "CIN episode is shown as closed, however Assessment is not shown as completed";
        Cin8868 = "8868", MayChangeFigure,
            "CIN episode is shown as closed, however Section 47 enquiry is not shown as completed by ICPC date or ICPC not required flag";
        Cin8869 = "8869", ForInformation,
            "the assessment factors code '21' cannot be used in conjunction with any other assessment factors";
        Cin8870Q = "8870Q", ForInformation,
            "the Target Date for Initial Child Protection Conference should not be a weekend";
        Cin8873Q = "8873Q", ForInformation,
            "when there is only one assessment on the episode and the factors code '21 No factors identified' has been used for the completed assessment, the reason for closure 'RC8' or 'RC9' should be used";
        Cin8875 = "8875", MayChangeFigure,
            "the Date of Initial Child Protection Conference cannot be a weekend";
        Cin8890 = "8890", MayChangeFigure,
            "a Section 47 enquiry is shown as starting when there is another Section 47 Enquiry ongoing";
        Cin8896 = "8896", MayChangeFigure,
            "within one CINDetails group there are 2 or more open Assessments groups";
        Cin8897Q = "8897Q", ForInformation,
            "parental or child factors at assessment information is missing from a completed assessment";
        Cin8898 = "8898", ForInformation,
            "the assessment has more than one parental or child factors with the same code";
        Cin8905 = "8905", MayChangeFigure,
            "Initial Category of Abuse code missing or invalid (see Category of Abuse table in CIN Census code set)";
        Cin8910 = "8910", MayChangeFigure,
            "Latest Category of Abuse code missing or invalid (see Category of Abuse table in CIN Census code set)";
        Cin8915 = "8915", MayChangeFigure,
            "Child Protection Plan shown as starting after the child's Date of Death";
        Cin8920 = "8920", MayChangeFigure,
            "Child Protection Plan cannot end after the child's Date of Death";
        Cin8925 = "8925", BlocksFigure,
            "Child Protection Plan End Date earlier than Start Date";
        Cin8930 = "8930", MayChangeFigure,
            "Child Protection Plan End Date must fall within the census year";
        Cin8935 = "8935", MayChangeFigure,
            "this child is showing more than one open Child Protection plan, i.e. with no End Date";
        Cin8940 = "8940", MayChangeFigure,
            "Child Protection Plan data contains overlapping dates";
    }
}
