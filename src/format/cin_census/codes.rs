//! Codes of the form that no record holds.

use crate::record::code::statutory_codes;

statutory_codes! {
    /// A disability of a child (CIN census N00099). The lists of 2024 to 2026 are one.
    Disability {
        /// no disability.
        NoDisability = "NONE",
        /// mobility.
        Mobility = "MOB",
        /// hand function.
        HandFunction = "HAND",
        /// personal care.
        PersonalCare = "PC",
        /// incontinence.
        Incontinence = "INC",
        /// communication.
        Communication = "COMM",
        /// learning.
        Learning = "LD",
        /// hearing.
        Hearing = "HEAR",
        /// vision.
        Vision = "VIS",
        /// behaviour.
        Behaviour = "BEH",
        /// consciousness.
        Consciousness = "CON",
        /// diagnosed with autism.
        Autism = "AUT",
        /// another disability.
        Other = "DDA",
    }
}

statutory_codes! {
    /// A factor identified at the end of an assessment (CIN census N00181). The lists of 2024 to 2026 are one.
    AssessmentFactor {
        /// alcohol misuse by the child.
        AlcoholMisuseByChild = "1A",
        /// alcohol misuse by a parent or carer.
        AlcoholMisuseByParent = "1B",
        /// alcohol misuse by another person in the household.
        AlcoholMisuseInHousehold = "1C",
        /// drug misuse by the child.
        DrugMisuseByChild = "2A",
        /// drug misuse by a parent or carer.
        DrugMisuseByParent = "2B",
        /// drug misuse by another person in the household.
        DrugMisuseInHousehold = "2C",
        /// domestic abuse of the child.
        DomesticAbuseOfChild = "3A",
        /// domestic abuse of a parent or carer.
        DomesticAbuseOfParent = "3B",
        /// domestic abuse of another person in the household.
        DomesticAbuseInHousehold = "3C",
        /// mental health of the child.
        MentalHealthOfChild = "4A",
        /// mental health of a parent or carer.
        MentalHealthOfParent = "4B",
        /// mental health of another person in the family or household.
        MentalHealthInHousehold = "4C",
        /// learning disability of the child.
        LearningDisabilityOfChild = "5A",
        /// learning disability of a parent or carer.
        LearningDisabilityOfParent = "5B",
        /// learning disability of another person in the family or household.
        LearningDisabilityInHousehold = "5C",
        /// physical disability or illness of the child.
        PhysicalDisabilityOfChild = "6A",
        /// physical disability or illness of a parent or carer.
        PhysicalDisabilityOfParent = "6B",
        /// physical disability or illness of another person in the family or household.
        PhysicalDisabilityInHousehold = "6C",
        /// the child is a young carer.
        YoungCarer = "7A",
        /// privately fostered: a child from overseas who intends to return.
        PrivatelyFosteredToReturn = "8B",
        /// privately fostered: a child from overseas who intends to stay.
        PrivatelyFosteredToStay = "8C",
        /// privately fostered: a child of the United Kingdom in an educational placement.
        PrivatelyFosteredForEducation = "8D",
        /// privately fostered: a child of the United Kingdom with alternative family arrangements.
        PrivatelyFosteredInFamily = "8E",
        /// privately fostered: other.
        PrivatelyFosteredOther = "8F",
        /// an unaccompanied asylum-seeking child.
        UnaccompaniedAsylumSeeking = "9A",
        /// going or being missing.
        Missing = "10A",
        /// child sexual exploitation.
        SexualExploitation = "11A",
        /// trafficking.
        Trafficking = "12A",
        /// involvement in or with gangs.
        Gangs = "13A",
        /// socially unacceptable behaviour.
        UnacceptableBehaviour = "14A",
        /// self-harm.
        SelfHarm = "15A",
        /// neglect.
        Neglect = "16A",
        /// emotional abuse.
        EmotionalAbuse = "17A",
        /// physical abuse, by whomever.
        PhysicalAbuse = "18A",
        /// physical abuse by another child.
        PhysicalAbuseByChild = "18B",
        /// physical abuse by an adult.
        PhysicalAbuseByAdult = "18C",
        /// sexual abuse, by whomever.
        SexualAbuse = "19A",
        /// sexual abuse by another child.
        SexualAbuseByChild = "19B",
        /// sexual abuse by an adult.
        SexualAbuseByAdult = "19C",
        /// another factor.
        Other = "20",
        /// no factors identified, and no further action taken.
        NoneIdentified = "21",
        /// female genital mutilation.
        FemaleGenitalMutilation = "22A",
        /// abuse linked to faith or belief.
        FaithOrBelief = "23A",
        /// child criminal exploitation.
        CriminalExploitation = "24A",
    }
}
