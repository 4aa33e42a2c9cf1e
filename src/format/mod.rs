//! Readers of the field's file formats, and what is done to records on the way, each behind a feature of its name.
//!
//! # What each form can carry
//!
//! The tables of the Standard Safeguarding Dataset (SSD) carry everything but what an authority only counted, which the options
//! *as recorded* read. Of the other forms this says for each indicator, option and breakdown whether it is carried as the
//! tables carry it (*yes*), not at all (*no*), or *but* for the numbered reasons below: returns and censuses of several years
//! side by side, read at the month ends of these years, and a workbook of Annex A read as at the day it was made. What a
//! breakdown says is for those indicators that are carried.
//!
//! What is not carried has no value: its readings [cannot be made](crate::Obstacle) of what is not supplied or of data that
//! begin too late, or count nothing. Where it is *but*, readings of the first days can look back before the data begin too.
//!
//! | figure | SSD | SSDA903 | CIN census | Annex A | DfE daily |
//! |---|---|---|---|---|---|
//! | NI 68 | yes | no | but 15 | but 17 | yes |
//! | NI 68 route | yes | no | but 15 | no | yes |
//! | ECS 14a | yes | no | but 15 | no | yes |
//! | ECS 138 | yes | no | but 15 | but 17 | yes |
//! | ECS 138 days | yes | no | but 15 | but 17 | yes |
//! | NI 65 | yes | no | but 13, 15 | but 26 | but 29, 35 |
//! | NI 65a | yes | no | but 13, 15 | no | but 35 |
//! | ECS 133 | yes | no | yes | yes | yes |
//! | NI 64 open | yes | no | yes | yes | yes |
//! | NI 64 ceased | yes | no | but 15 | but 17 | yes |
//! | NI 67 | yes | no | no | no | no |
//! | ICPC 15 | yes | no | but 15, 16 | but 17, 19 | but 30 |
//! | CLA | yes | but 10 | no | yes | no |
//! | NI 62 | yes | but 7 | no | no | no |
//! | NI 63 | yes | but 7 | no | no | no |
//! | ECS 01b | yes | but 8 | no | no | no |
//! | ECS 02 | yes | no | no | no | yes |
//! | Care leavers suitable | yes | but 7, 9 | no | yes | no |
//! | Care leavers EET | yes | but 7, 9 | no | yes | no |
//! | Care leavers status age | yes | but 7, 9 | no | yes | no |
//! | Missing episodes | yes | but 6, 7 | no | no | no |
//! | Missing children | yes | but 6, 7 | no | no | no |
//! | WRI | yes | no | no | no | no |
//! | WRI offered | yes | no | no | no | no |
//! | WRI completed | yes | no | no | no | no |
//! | WRI refused | yes | no | no | no | no |
//! | WRI not required | yes | no | no | no | no |
//! | WRI outstanding | yes | no | no | no | no |
//! | WRI 72h | yes | no | no | no | no |
//! | NI 68 by-event | yes | no | but 15 | no | yes |
//! | ECS 14a 365 days | yes | no | but 15 | no | yes |
//! | ECS 14a as recorded | no | no | no | but 17 | no |
//! | ECS 14a as recorded with itself | no | no | no | but 17 | no |
//! | ECS 138 from referral | yes | no | but 15 | no | yes |
//! | ECS 138 start is day 1 | yes | no | but 15 | but 17 | yes |
//! | NI 65a start to start | yes | no | but 13, 15 | no | but 35 |
//! | NI 62 raw-moves | yes | but 7 | no | no | no |
//! | NI 62 as recorded | no | no | no | yes | no |
//! | Missing children home first | yes | but 6, 7 | no | no | no |
//! | by sex | yes | yes | yes | yes | yes |
//! | by age band | yes | yes | yes | but 23 | yes |
//! | by ethnic group | yes | yes | yes | yes | yes |
//! | by UASC | yes | but 10 | but 11 | but 22 | but 33 |
//! | by category of abuse | yes | but 1 | yes | yes | but 28 |
//! | by placement type | yes | yes | but 11 | but 17, 21 | yes |
//! | by team | yes | but 1, 3 | but 14, 15 | but 17 | but 36 |
//!
//! | | form | what it cannot carry |
//! |---|---|---|
//! | 1 | SSDA903 | no referrals, assessments, enquiries, conferences, plans or reviews |
//! | 2 | SSDA903 | no sibling groups |
//! | 3 | SSDA903 | no teams |
//! | 4 | SSDA903 | no welfare return interviews |
//! | 5 | SSDA903 | no times of day |
//! | 6 | SSDA903 | missing episodes of children looked after only |
//! | 7 | SSDA903 | nothing that ended before the first return |
//! | 8 | SSDA903 | social workers from 2024 on, of children looked after |
//! | 9 | SSDA903 | care leavers at their 17th to 21st birthday, each for a year |
//! | 10 | SSDA903 | not since when a child is unaccompanied |
//! | 11 | CIN census | no children looked after, missing episodes or care leavers |
//! | 12 | CIN census | no social workers |
//! | 13 | CIN census | no sibling groups |
//! | 14 | CIN census | no teams |
//! | 15 | CIN census | nothing that ended before the first census |
//! | 16 | CIN census | no target date of a transfer-in |
//! | 17 | Annex A | what was and ended more than six months ago |
//! | 18 | Annex A | no referral of assessments and enquiries |
//! | 19 | Annex A | no conferences without an enquiry (transfers in) |
//! | 20 | Annex A | of the reviews of a plan the latest only |
//! | 21 | Annex A | of the placements the most recent only |
//! | 22 | Annex A | not when a child was unaccompanied |
//! | 23 | Annex A | no expected dates of birth |
//! | 24 | Annex A | no missing episodes, only their numbers |
//! | 25 | Annex A | no social workers |
//! | 26 | Annex A | no sibling groups |
//! | 27 | DfE daily | no reviews of plans |
//! | 28 | DfE daily | no categories of abuse |
//! | 29 | DfE daily | no number of previous plans |
//! | 30 | DfE daily | no conferences without an enquiry (transfers in) |
//! | 31 | DfE daily | no legal statuses, which tell short breaks |
//! | 32 | DfE daily | no eligibility of care leavers, nor whether they are in touch and suitably housed |
//! | 33 | DfE daily | not since when a child is unaccompanied |
//! | 34 | DfE daily | no missing episodes |
//! | 35 | DfE daily | no sibling groups |
//! | 36 | DfE daily | no teams |
//! | 37 | DfE daily | no providers of placements nor their reference numbers |

#[cfg(feature = "annex-a")]
pub mod annex_a;
#[cfg(feature = "anonymise")]
pub mod anonymise;
#[cfg(feature = "ssd")]
mod blocks;
#[cfg(feature = "cin-census")]
pub mod cin_census;
#[cfg(feature = "dfe-api")]
pub mod dfe_api;
#[cfg(feature = "ssd")]
pub mod ssd;
#[cfg(feature = "ssda903")]
pub mod ssda903;
