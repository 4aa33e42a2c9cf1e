//! The example `scorecard`, run as a user runs it.

use std::fs;
use std::process::{Command, Output};

use csc_kpi::{Engine, NaiveDate, Scorecard};
use serde_json::{Value, json};

use crate::examples::{EPISODES, Folder, LOOKED_AFTER, PLANS, REFERRALS, program};
use crate::laws::everything;
use crate::seed::sample;

fn run(arguments: &[&str]) -> Output {
    Command::new(program("scorecard")).args(arguments).output().unwrap()
}

fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(&[&["--format", "json"], arguments].concat())).unwrap()
}

/// A reading of the JSON.
fn reading<'a>(card: &'a Value, indicator: &str, basis: &str, as_at: &str) -> &'a Value {
    let mut readings = card["readings"].as_array().unwrap().iter();
    readings
        .find(|reading| [&reading["indicator"], &reading["basis"], &reading["as_at"]] == [indicator, basis, as_at])
        .unwrap()
}

/// What it says where it refuses.
fn refused(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn without_arguments_it_prints_a_table_of_the_sample_authority() {
    let table = printed(&[]);
    for text in
        ["Q4 2017/18", "Q1 2018/19", "ECS 138", "84%  1,752 of 2,095", "418  (UASC 55, not UASC 363)", "WRI 72h"]
    {
        assert!(table.contains(text), "{text} is not in\n{table}");
    }
    let findings = String::from_utf8(run(&[]).stderr).unwrap();
    assert!(findings.contains("data-quality findings"), "{findings}");
}

#[test]
fn its_json_is_the_scorecard_of_the_library() {
    let card = json(&[]);
    let days = [(3, 31), (6, 30)].map(|(month, day)| NaiveDate::from_ymd_opt(2018, month, day).unwrap());
    let read: Scorecard = serde_json::from_value(card.clone()).unwrap();
    let whole = Engine::new(everything()).run(&sample()).unwrap().scorecard(&days).unwrap();
    assert!(read.readings.len() > 100);
    for reading in &read.readings {
        assert!(whole.readings.contains(reading), "{reading:?}");
    }
    assert_eq!(card["findings"], sample().findings().len());
    let suitable = reading(&card, "Care leavers suitable", "as-at", "2018-03-31");
    let bands = suitable["age_bands"].as_object().unwrap();
    assert_eq!(bands.keys().collect::<Vec<_>>(), ["16", "17-18", "19-21", "22-25"]);
    let met: u64 = bands.values().map(|band| band["met"].as_u64().unwrap()).sum();
    assert_eq!(met, suitable["met"].as_u64().unwrap());
    let looked_after = reading(&card, "CLA", "as-at", "2018-03-31");
    let [all, others] = looked_after["rates"].as_array().unwrap().as_slice() else { panic!("two footings") };
    assert_eq!((&all["rate_per_10000"], &all["footing"]), (&"90.592029".into(), &"all".into()));
    assert_eq!((&others["at_benchmark"]["count"], &others["at_benchmark"]["fewer"]), (&273.into(), &85.into()));
    assert_eq!(others["population"]["residents"], 45_589);
}

#[test]
fn a_reading_without_a_value_says_so() {
    let card = json(&["--indicator", "NI 67", "--as-at", "1990-01-01"]);
    let reading = &card["readings"][0];
    assert_eq!((&reading["value"], &reading["no_value"]), (&Value::Null, &Value::from("empty denominator")));
    assert!(reading.get("shown").is_none());
    assert!(printed(&["--indicator", "NI 67", "--as-at", "1990-01-01"]).contains("–  0 of 0"));
}

#[test]
fn evidence_adds_up_to_its_figure_and_strata_to_their_total() {
    let card = json(&["--indicator", "NI 65a", "--basis", "rolling-12m", "--evidence", "--by", "abuse-category"]);
    for reading in card["readings"].as_array().unwrap() {
        let evidence = reading["evidence"].as_array().unwrap();
        let met = evidence.iter().filter(|unit| unit["outcome"] == "met").count();
        assert_eq!(reading["met"], met);
        assert_eq!(reading["denominator"], evidence.len());
        let strata = reading["strata"].as_array().unwrap();
        assert_eq!(strata.iter().map(|stratum| stratum["met"].as_u64().unwrap()).sum::<u64>(), met as u64);
    }
    let table = printed(&["--indicator", "NI 65a", "--basis", "rolling-12m", "--evidence"]);
    assert!(table.contains("earlier plan ended"), "{table}");
}

#[test]
fn options_other_bases_and_known_at_can_be_asked_for() {
    let card = json(&["--indicator", "ni 62 RAW-MOVES", "--basis", "rolling-6m", "--as-at", "2018-06-30"]);
    assert_eq!(card["readings"][0]["indicator"], "NI 62 raw-moves");
    assert_eq!(card["readings"][0]["window"]["start"], "2018-01-01");
    let pinned = json(&["--known-at", "2018-04-10", "--indicator", "WRI 72h", "--as-at", "2018-06-30"]);
    assert_eq!(pinned["known_at"], "2018-04-10");
}

#[test]
fn a_rate_is_compared_only_on_the_footing_of_its_benchmark() {
    let card = json(&["--indicator", "CLA", "--population", "50000", "--benchmark", "64", "--population-year", "2017"]);
    let rates = card["readings"][0]["rates"].as_array().unwrap();
    assert_eq!((&rates[0]["population"]["year"], &rates[0]["benchmark"]), (&2017.into(), &"64".into()));
    assert_eq!((&rates[1]["footing"], rates[1].get("benchmark")), (&"excluding_unaccompanied".into(), None));
}

#[test]
fn a_reader_that_stops_early_is_no_failure() {
    for format in ["json", "csv", "table"] {
        let mut child = Command::new(program("scorecard"))
            .args(["--format", format, "--by", "team"])
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        assert!(child.wait().unwrap().success(), "{format}");
    }
}

#[test]
fn its_csv_has_a_record_for_each_reading_and_part() {
    let text = printed(&["--format", "csv", "--indicator", "CLA", "--indicator", "ECS 138"]);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = reader.headers().unwrap().len();
    let records: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert!(records.iter().all(|record| record.len() == columns));
    // A day has three windows of ECS 138; CLA has a count and two parts.
    assert_eq!(records.len(), 2 * (3 + 3));
}

#[test]
fn findings_go_to_a_file_and_a_bad_row_changes_nothing_else() {
    let folder = Folder::new();
    let good = "cine_referral_id,cine_person_id,cine_referral_date\nR1,C1,2018-05-01\n";
    folder.write("ssd_person.csv", "pers_person_id\nC1\n");
    folder.write("ssd_cin_episodes.csv", good);
    let readings = |card: Value| card["readings"].clone();
    let before = readings(json(&["--data", folder.path()]));
    folder.write("ssd_cin_episodes.csv", format!("{good}R2,C1,2018-13-01\n"));
    let file = folder.file("findings.csv");
    let after = readings(json(&["--data", folder.path(), "--findings", file.to_str().unwrap()]));
    assert_eq!(before, after);
    let findings = fs::read_to_string(file).unwrap();
    let (header, row) = findings.trim_end().split_once('\n').unwrap();
    assert_eq!(header, "severity,collection,number,file,table,row,record,person,column,value,rule,indicators");
    assert!(row.ends_with("NI 68; NI 68 route; ECS 14a"), "{row}");
    let expected = "blocks a figure,,,ssd_cin_episodes.csv,ssd_cin_episodes,3,R2,C1,cine_referral_date,2018-13-01,";
    assert!(row.contains(expected), "{findings}");
    let told = String::from_utf8(run(&["--data", folder.path()]).stderr).unwrap();
    let expected =
        "blocks a figure, ssd_cin_episodes: is no date; the row is left out (first: ssd_cin_episodes.csv row 3,";
    assert!(told.contains(expected), "{told}");
}

#[test]
fn what_is_wrong_with_an_argument_is_said_in_a_sentence() {
    let (folder, undated) = (Folder::new(), Folder::new());
    undated.write("ssd_person.csv", "pers_person_id,pers_dob\nC1,2010-05-04\n");
    for (arguments, said) in [
        (vec!["--data", "no-such-folder"], "no-such-folder is no folder; give --data a folder of SSD tables"),
        (vec!["--data", folder.path()], "holds none of the SSD tables"),
        (
            vec!["--data", undated.path()],
            "has no dated record that would say of which day the figures are; give --as-at",
        ),
        (vec!["--as-at", "31/03/2018"], "write it as YYYY-MM-DD"),
        (vec!["--as-at", "2018-03-31", "--as-at", "2018-03-31"], "give each date once"),
        (vec!["--indicator", "NI 99"], "there is no indicator \"NI 99\"; --indicator takes one of: NI 68,"),
        (vec!["--basis", "yearly"], "is no basis (rolling-12m"),
        (vec!["--indicator", "CLA", "--basis", "cumulative"], "leave --basis out to see all"),
        (vec!["--by", "colour"], "possible values: sex"),
        (vec!["--indicator", "CLA", "--indicator", "cla"], "give each indicator once"),
        (vec!["--population", "0"], "0 is not in 1.."),
        (vec!["--evidence", "--format", "csv"], "use --format json"),
        (vec!["--format", "xml"], "possible values: table"),
        (vec!["--findings", "/no/such/folder/findings.csv"], "cannot write /no/such/folder/findings.csv"),
    ] {
        let text = refused(&arguments);
        assert!(text.contains(said), "{arguments:?} said {text}");
    }
}

/// Returns of two years, a census, a workbook and an SSD table side by side make one dataset; what cannot be read is named.
#[test]
fn returns_and_censuses_are_read_beside_tables() {
    let folder = Folder::new();
    let header = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\nC1,1,04/05/2010,WBRI,A123456789012,,\n";
    // Open at 31 March in the first return, ceased in the second.
    folder.write("2018/header.csv", header);
    folder.write("2018/episodes.csv", format!("{EPISODES}C1,10/01/2018,S,C2,N1,U4,PR4,,,,AB1 0,AB1 0,SC1\n"));
    folder.write("2019/header.csv", header);
    folder.write(
        "2019/episodes.csv",
        format!("{EPISODES}C1,10/01/2018,S,C2,N1,U4,PR4,20/05/2018,E4A,,AB1 0,AB1 0,SC1\n"),
    );
    folder.write(
        "census.xml",
        "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2018</Year>\
         <ReferenceDate>2018-03-31</ReferenceDate></CollectionDetails></Header><Children><Child><ChildIdentifiers>\
         <LAchildID>C2</LAchildID><PersonBirthDate>2012-01-01</PersonBirthDate></ChildIdentifiers><CINdetails>\
         <CINreferralDate>2018-02-01</CINreferralDate><ReferralNFA>false</ReferralNFA></CINdetails></Child></Children>\
         </Message>",
    );
    for year in ["2018", "2019"] {
        folder.write(&format!("{year}/uasc.csv"), "CHILD,SEX,DOB,DUC\n");
    }
    let columns_of_missing = "miss_table_id,miss_person_id,miss_missing_episode_start_date,miss_missing_episode_type\n";
    folder.write("ssd_missing.csv", format!("{columns_of_missing}M1,C3,2018-03-01,M\n"));
    let referral = ["C4", "a) Male", "WBRI", "2013-01-01", "2018-03-05", "99 nobody", "b) No", "2"];
    let placed = ["C5", "b) Female", "WBRI", "2011-01-01", "2018-02-07", "", "4"];
    folder.write_workbook(
        "annex_a.xlsx",
        &[("List 3", REFERRALS, &[&referral, &["C6", "", "", "", "5/3/18"]]), ("List 8", LOOKED_AFTER, &[&placed])],
    );
    folder.write("notes.txt", "nothing to read");
    folder.write("episodes.csv", EPISODES);
    let arguments = ["--data", folder.path(), "--as-at", "2018-03-31", "--as-at", "2018-06-30"];
    let said = String::from_utf8(run(&arguments).stderr).unwrap();
    assert!(said.contains("not read, since nothing is known of such a file: notes.txt"), "{said}");
    assert!(said.contains(
        "not read, since no folder or file name says of which year the return is (such as 2018): episodes.csv"
    ));
    // What returns and censuses hold is not read twice.
    assert!(said.contains("not read from Annex A, since other forms have it: referral, "), "{said}");
    assert!(!said.contains("annex_a.xlsx, List"), "{said}");
    let card = json(&arguments);
    let reading = |indicator: &str, basis: &str, as_at: &str| reading(&card, indicator, basis, as_at);
    // C1 of the returns until 20 May.
    assert_eq!(reading("CLA", "as-at", "2018-03-31")["count"], 1);
    assert_eq!(reading("CLA", "as-at", "2018-06-30")["count"], 0);
    assert_eq!(reading("ECS 14a", "cumulative", "2018-03-31")["no_value"], "looks back before the data begin");
    // C2 of the census.
    assert_eq!(reading("NI 68", "cumulative", "2018-03-31")["met"], 1);
    assert_eq!(reading("Missing episodes", "in-quarter", "2018-06-30")["count"], 0);
    assert_eq!(reading("Missing episodes", "cumulative", "2018-03-31")["count"], 1);
    // The census ends on 31 March, the returns go on, and nobody supplied plans of both days.
    assert_eq!(reading("NI 68", "in-quarter", "2018-06-30")["data_end"], "2018-03-31");
    assert_eq!(reading("ECS 133", "as-at", "2018-03-31")["denominator"], 0);
    assert_eq!(reading("ECS 133", "as-at", "2018-06-30")["no_value"], "after the data end");
    assert_eq!(reading("Care leavers EET", "as-at", "2018-06-30")["no_value"], "not supplied");
}

#[test]
fn a_workbook_is_read_beside_tables_of_something_else() {
    let folder = Folder::new();
    let columns_of_missing = "miss_table_id,miss_person_id,miss_missing_episode_start_date,miss_missing_episode_type\n";
    folder.write("ssd_missing.csv", format!("{columns_of_missing}M1,C3,2018-03-01,M\n"));
    let referral = ["C4", "a) Male", "WBRI", "2013-01-01", "2018-03-05", "99 nobody", "b) No", "2"];
    let placed = ["C5", "b) Female", "WBRI", "2011-01-01", "2018-02-07", "", "4"];
    folder.write_workbook(
        "annex_a 2018-03-31.xlsx",
        &[("List 3", REFERRALS, &[&referral, &["C6", "", "", "", "5/3/18"]]), ("List 8", LOOKED_AFTER, &[&placed])],
    );
    let arguments = ["--data", folder.path(), "--as-at", "2018-03-31"];
    let said = String::from_utf8(run(&arguments).stderr).unwrap();
    for (rule, first) in [
        ("is no code of the statutory list", "annex_a 2018-03-31.xlsx, List 3 row 2, Referral Source \"99 nobody\""),
        ("is no date", "annex_a 2018-03-31.xlsx, List 3 row 3, Date of Referral \"5/3/18\""),
    ] {
        assert!(said.lines().any(|line| line.contains(rule) && line.contains(first)), "{first} in {said}");
    }
    let card = json(&arguments);
    let reading = |indicator: &str, basis: &str| reading(&card, indicator, basis, "2018-03-31");
    // What the authority counted is as recorded, and no figure of the default rules.
    let of = |reading: &Value| ["met", "not_met", "excluded"].map(|verdict| reading[verdict].as_u64().unwrap_or(0));
    assert_eq!(reading("ECS 14a", "in-quarter")["no_value"], "looks back before the data begin");
    assert_eq!(of(reading("ECS 14a as recorded", "in-quarter")), [1, 0, 0]);
    assert_eq!(reading("NI 68", "in-quarter")["met"], 1);
    assert_eq!(reading("Missing episodes", "in-quarter")["count"], 1);
}

// ---- the daily collection ------------------------------------------------------------------------------------------

/// A payload of C1, referred on these days and looked after from 10 January 2018 on.
fn payload(referrals: &[&str]) -> String {
    let episode = |day: &&str| json!({ "social_care_episode_id": format!("E{day}"), "referral_date": day });
    let mut episodes: Vec<Value> = referrals.iter().map(episode).collect();
    episodes[0]["child_looked_after_placements"] = json!([{
        "child_looked_after_placement_id": "L1", "start_date": "2018-01-10", "start_reason": "S", "placement_type": "U4",
    }]);
    let details = json!({ "date_of_birth": "2010-05-04", "ethnicity": "WBRI" });
    json!([{ "la_child_id": "C1", "child_details": details, "social_care_episodes": episodes }]).to_string()
}

#[test]
fn payloads_of_the_daily_collection_are_read_one_after_the_other() {
    let folder = Folder::new();
    folder.write("2018-06-01.json", payload(&["2018-01-08", "2018-05-02"]));
    folder.write("standards.json", "{\"standards\": []}");
    folder.write("none.JSON", "[]");
    folder.write("schema.json", "{\"properties\": {\"la_child_id\": {\"type\": \"string\"}}}");
    let arguments = ["--data", folder.path(), "--as-at", "2018-06-30"];
    let said = String::from_utf8(run(&arguments).stderr).unwrap();
    let unknown = "not read, since nothing is known of such a file: none.JSON, schema.json, standards.json";
    assert!(said.contains(unknown), "{said}");
    let table = printed(&arguments);
    assert_eq!(cell(&table, "ECS 14a", "rolling-12m"), "50%  1 of 2");
    assert_eq!(cell(&table, "CLA", "as-at"), "not supplied");
    assert!(sentences(&table).contains(&"CLA: not supplied: legal statuses"), "{table}");
    let (days, why) = offered(&folder);
    assert_eq!(days, ["2017-12-31", "2018-03-31"]);
    assert!(why.ends_with("not after the last dated record, of 2018-05-02)"), "{why}");

    // The next says anew what there is of the child, and what is wrong in it names the file.
    let next = payload(&["2018-01-08", "2018-05-02", "2018-06-04", "2018-06-31"]);
    folder.write("2018-06-02.json", next);
    assert_eq!(cell(&printed(&arguments), "ECS 14a", "rolling-12m"), "67%  2 of 3");
    let said = String::from_utf8(run(&arguments).stderr).unwrap();
    let finding = "(first: 2018-06-02.json row 1, social_care_episodes[3].referral_date \"2018-06-31\")";
    assert!(said.contains(finding), "{said}");
    folder.write("2018-06-03.json", "[{\"la_child_id\": \"C1\", \"purge\": true}]");
    assert_eq!(cell(&printed(&arguments), "ECS 14a", "rolling-12m"), "–  0 of 0");
    folder.write("2018-06-04.json", "[{\"la_child_id\": \"C1\", \"purge");
    let said = refused(&arguments);
    assert!(said.contains("2018-06-04.json: the payload is malformed"), "{said}");
}

#[test]
fn payloads_are_read_for_what_other_forms_have_not() {
    let folder = Folder::new();
    folder.write("daily.json", payload(&["2018-01-08", "2018-02-02"]));
    // The return has the child too, and its care with the legal statuses.
    folder.write_return(2018);
    let arguments = ["--data", folder.path(), "--as-at", "2018-03-31"];
    let said = String::from_utf8(run(&arguments).stderr).unwrap();
    let left = "not read from the daily collection, since other forms have it: looked-after episode, placement, \
                immigration status, care leaver status";
    assert!(said.contains(left) && !said.contains("findings"), "{said}");
    let table = printed(&arguments);
    assert_eq!(cell(&table, "CLA", "as-at"), "1  (UASC 0, not UASC 1)");
    assert_eq!(cell(&table, "NI 62", "rolling-12m"), "0%  0 of 1");
    assert_eq!(cell(&table, "ECS 14a", "in-quarter"), "50%  1 of 2");
    assert_eq!(offered(&folder).0, ["2017-12-31", "2018-03-31"]);

    // Of a table of reviews the payload has the plans; beside a census it has no case left.
    assert_eq!(cell(&table, "NI 67", "as-at"), "not supplied");
    folder.write(
        "ssd_cp_reviews.csv",
        "cppr_cp_review_id,cppr_person_id,cppr_cp_plan_id,cppr_cp_review_due,cppr_cp_review_date\n",
    );
    assert_eq!(cell(&printed(&arguments), "NI 67", "as-at"), "–  0 of 0");
    folder.remove("ssd_cp_reviews.csv");
    folder.write_census(2018);
    let said = String::from_utf8(run(&arguments).stderr).unwrap();
    assert!(said.contains("since other forms have it: referral, assessment, "), "{said}");
    assert_eq!(cell(&printed(&arguments), "NI 68", "in-quarter"), "100%  1 of 1");
    // A workbook is read for nothing that the payload has.
    let referral = ["C4", "a) Male", "WBRI", "2013-01-01", "2018-03-05", "", "b) No", "2"];
    folder.remove("cin_2018.xml");
    folder.write_workbook("annex_a 2018-03-31.xlsx", &[("List 3", REFERRALS, &[&referral])]);
    assert_eq!(cell(&printed(&arguments), "ECS 14a", "in-quarter"), "50%  1 of 2");
}

// ---- the dates that data offer ---------------------------------------------------------------------------------------

/// The dates of a folder for which nobody asks for any, and why.
fn offered(folder: &Folder) -> (Vec<String>, String) {
    let output = run(&["--format", "json", "--data", folder.path()]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    let card: Value = serde_json::from_slice(&output.stdout).unwrap();
    let days = card["as_at"].as_array().unwrap().iter().map(|day| day.as_str().unwrap().to_owned());
    let sentence = told.lines().find(|line| line.ends_with("; --as-at takes others")).unwrap();
    (days.collect(), sentence.split("; ").next().unwrap().to_owned())
}

#[test]
fn returns_and_censuses_offer_the_last_quarters_of_their_last_year() {
    let folder = Folder::new();
    folder.write_return(2018);
    let supplied =
        |days: &str| format!("as at {days} (the ends of the last quarters up to which the data are supplied)");
    let first = (vec!["2017-12-31".into(), "2018-03-31".into()], supplied("2017-12-31 and 2018-03-31"));
    assert_eq!(offered(&folder), first);
    folder.write_return(2016);
    assert_eq!(offered(&folder), first);
    folder.write_census(2019);
    let second = (vec!["2018-12-31".into(), "2019-03-31".into()], supplied("2018-12-31 and 2019-03-31"));
    assert_eq!(offered(&folder), second);
    // Tables hold every day, and reach as far as the others.
    folder.write("ssd_cp_reviews.csv", "");
    folder.write("ssd_family.csv", "fami_family_id,fami_person_id\n");
    let (days, _) = offered(&folder);
    assert_eq!(days, ["2017-12-31", "2018-03-31"], "the census is not read beside a table of its records");
    folder.remove("ssd_cp_reviews.csv");
    assert_eq!(offered(&folder), second);
}

#[test]
fn tables_offer_the_last_quarters_that_their_records_reach() {
    let folder = Folder::new();
    folder.write("ssd_person.csv", "pers_person_id,pers_dob\nC1,2019-05-04\n");
    let columns = "cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date,cppl_cp_plan_ola\n";
    folder.write("ssd_cp_plans.csv", format!("{columns}P1,C1,2018-05-01,2018-09-01,N\n"));
    let columns = "cine_referral_id,cine_person_id,cine_referral_date\n";
    for (referral, days, why) in [
        ("2018-04-30", ["2017-12-31", "2018-03-31"], "2018-05-01"),
        ("2018-06-29", ["2017-12-31", "2018-03-31"], "2018-06-29"),
        ("2018-06-30", ["2018-03-31", "2018-06-30"], "2018-06-30"),
        ("2018-07-01", ["2018-03-31", "2018-06-30"], "2018-07-01"),
    ] {
        folder.write("ssd_cin_episodes.csv", format!("{columns}R1,C1,{referral}\n"));
        let said = format!(
            "as at {} (the ends of the last quarters not after the last dated record, of {why})",
            days.join(" and ")
        );
        assert_eq!(offered(&folder), (days.map(str::to_owned).to_vec(), said));
    }
}

#[test]
fn a_workbook_offers_the_day_on_which_it_was_made() {
    let folder = Folder::new();
    let plan: &[&str] = &["C1", "a) Female", "a) WBRI", "04/05/2010", "20/09/2022", "", "1"];
    let plans = [plan];
    let lists = [("List 7", PLANS, plans.as_slice())];
    folder.write_workbook("annex_a.xlsx", &lists);
    assert_eq!(
        offered(&folder),
        (vec!["2022-09-20".into()], "as at 2022-09-20 (the day on which the workbook was made)".into())
    );
    folder.write_workbook("annex_a 2022-09-30.xlsx", &lists);
    folder.write_workbook("annex_a 2022-12-02.xlsx", &lists);
    // Of several the latest is read.
    let latest = "as at 2022-12-02 (the day on which the workbook was made)";
    assert_eq!(offered(&folder), (vec!["2022-12-02".into()], latest.into()));
    folder.remove("annex_a.xlsx");
    folder.remove("annex_a 2022-09-30.xlsx");
    // Beside a return both offer theirs.
    folder.write_return(2022);
    let (days, said) = offered(&folder);
    assert_eq!(days, ["2021-12-31", "2022-03-31", "2022-12-02"]);
    assert_eq!(
        said,
        "as at 2021-12-31 and 2022-03-31 (the ends of the last quarters up to which the data are supplied) and 2022-12-02 (the \
         day on which the workbook was made)"
    );
    // One of which only the persons are read offers none.
    folder.write_census(2022);
    assert_eq!(offered(&folder).0, ["2021-12-31", "2022-03-31"]);
}

// ---- what a form does not hold -------------------------------------------------------------------------------------

/// The sentences below the table.
fn sentences(table: &str) -> Vec<&str> {
    let (_, below) = table.split_once("which is not the same as zero:\n").unwrap();
    below.lines().map(|line| line.strip_prefix("  ").unwrap()).collect()
}

/// The cell of an indicator's line on a basis, of a table with one date.
fn cell<'a>(table: &'a str, key: &str, basis: &str) -> &'a str {
    let mut of = "";
    for line in table.lines().filter(|line| line.starts_with('│')) {
        let cells: Vec<&str> = line.trim_matches('│').split('┆').map(str::trim).collect();
        of = if cells[0].is_empty() { of } else { cells[0] };
        if (of, cells[2]) == (key, basis) {
            return cells[3];
        }
    }
    panic!("no line {key} {basis} in\n{table}")
}

#[test]
fn returns_say_that_referrals_and_interviews_are_not_supplied() {
    let folder = Folder::new();
    folder.write_return(2018);
    let arguments = ["--data", folder.path(), "--as-at", "2018-03-31"];
    let table = printed(&arguments);
    assert_eq!(cell(&table, "CLA", "as-at"), "1  (UASC 0, not UASC 1)");
    assert_eq!(cell(&table, "NI 62", "rolling-12m"), "0%  0 of 1");
    assert_eq!(cell(&table, "Missing episodes", "in-quarter").split("  ").next(), Some("1"));
    assert_eq!(cell(&table, "Care leavers EET", "as-at"), "–  0 of 0");
    assert_eq!(cell(&table, "NI 68", "rolling-12m"), "not supplied");
    assert_eq!(cell(&table, "WRI", "cumulative"), "not supplied");
    assert_eq!(cell(&table, "NI 63", "as-at"), "data begin 2017-04-01");
    let said = sentences(&table);
    assert!(said.contains(&"NI 68: not supplied: referrals"), "{said:?}");
    assert!(said.contains(&"WRI: not supplied: offers of return interviews, return interviews"), "{said:?}");
    assert!(said.contains(&"ECS 01b: not supplied: involvements, professionals"), "{said:?}");
    assert!(said.contains(&"NI 63 as at 2018-03-31: looks back 30 months, data begin 2017-04-01"), "{said:?}");
    assert_eq!(said.iter().filter(|sentence| sentence.starts_with("NI 68:")).count(), 1, "one for all bases");

    let card = json(&arguments);
    assert_eq!(card["unavailable"].as_array().unwrap().len(), said.len());
    let text = printed(&[&["--format", "csv"], &arguments[..]].concat());
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let records: Vec<_> = reader.records().map(Result::unwrap).collect();
    let of = |key: &str| records.iter().find(|record| &record[0] == key).unwrap().clone();
    let no_value = of("NI 68").len() - 1;
    assert_eq!(&of("NI 68")[no_value], "not supplied: referrals");
    assert!(of("NI 68").iter().skip(8).take(no_value - 8).all(str::is_empty), "no count that could be read as zero");
    assert_eq!(&of("Care leavers EET")[no_value], "empty denominator");
    assert_eq!(&of("CLA")[no_value], "");
    // Evidence is given of what can be made, and the rest says what it is.
    let evidence = json(&[&["--evidence"], &arguments[..]].concat());
    assert!(reading(&evidence, "CLA", "as-at", "2018-03-31")["evidence"].is_array());
    assert!(reading(&evidence, "NI 68", "cumulative", "2018-03-31").get("evidence").is_none());
}

#[test]
fn a_census_says_how_far_figures_look_back() {
    let folder = Folder::new();
    folder.write_census(2022);
    let arguments = ["--data", folder.path(), "--as-at", "2022-03-31"];
    let table = printed(&arguments);
    assert_eq!(cell(&table, "NI 68", "rolling-12m"), "100%  1 of 1");
    // The number of previous plans is recorded; how many families there are is not.
    assert_eq!(cell(&table, "NI 65", "rolling-12m"), "100%  1 of 1");
    assert_eq!(cell(&table, "ECS 14a", "rolling-12m"), "data begin 2021-04-01");
    let said = sentences(&table).join("\n");
    for sentence in [
        "ECS 14a, rolling-12m as at 2022-03-31: looks back 12 months, data begin 2021-04-01",
        "NI 65a, rolling-12m as at 2022-03-31: looks back 24 months, data begin 2021-04-01",
        "NI 67 as at 2022-03-31: looks back without limit, data begin 2021-04-01",
        "CLA: not supplied: looked-after episodes, legal statuses, unaccompanied asylum seeking children",
    ] {
        assert!(said.contains(sentence), "{sentence}\n{said}");
    }
    // Two years before it, and all of it can be told; a year that is left out is a gap.
    folder.write_census(2020);
    assert_eq!(cell(&printed(&arguments), "NI 65a", "rolling-12m"), "data begin 2021-04-01");
    folder.write_census(2021);
    let table = printed(&arguments);
    assert_eq!(cell(&table, "NI 65a", "rolling-12m"), "100%  1 of 1");
    assert_eq!(cell(&table, "ECS 14a", "rolling-12m"), "100%  1 of 1");
}

#[test]
fn tables_that_are_not_there_and_columns_that_hold_a_part_are_not_supplied() {
    let folder = Folder::new();
    folder.write("ssd_person.csv", "pers_person_id,pers_dob\nC1,2010-05-04\n");
    folder.write("ssd_cin_episodes.csv", "cine_referral_id,cine_person_id,cine_referral_date\nR1,C1,2018-05-01\n");
    folder.write("ssd_cp_plans.csv", "");
    let arguments = ["--data", folder.path(), "--as-at", "2018-06-30"];
    let table = printed(&arguments);
    assert_eq!(cell(&table, "ECS 14a", "rolling-12m"), "0%  0 of 1");
    assert_eq!(cell(&table, "NI 68", "rolling-12m"), "not supplied");
    let said = sentences(&table);
    assert!(said.contains(&"NI 68: not supplied: referral decisions"), "{said:?}");
    assert!(said.contains(&"ECS 138: not supplied: assessments"), "{said:?}");
    assert!(said.contains(&"ECS 133: not supplied: child protection plans"), "an empty file has no columns: {said:?}");
    let plans = "cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date,cppl_cp_plan_ola\n";
    folder.write("ssd_cp_plans.csv", plans);
    let table = printed(&arguments);
    assert_eq!(cell(&table, "ECS 133", "as-at"), "–  0 of 0");
    assert_eq!(cell(&table, "NI 65a", "rolling-12m"), "–  0 of 0, 0 sibling groups");
}

/// A child whom the earlier workbook has looked after and the later one no longer does is not looked after.
#[test]
fn of_several_workbooks_the_latest_is_read() {
    let folder = Folder::new();
    let more = ["UASC within the Last 12 Months", "Start date of current legal status", "Child's Legal Status"];
    let columns = [LOOKED_AFTER, &more].concat();
    let placed = |child: &'static str, ceased: &'static str| {
        [child, "a) Female", "a) WBRI", "04/05/2010", "01/02/2024", ceased, "1", "b) No", "01/02/2024", "C2"]
    };
    let write = |name: &str, rows: &[&[&str]]| folder.write_workbook(name, &[("List 8", &columns, rows)]);
    write("a later name, 2024-03-31.xlsx", &[&placed("C1", ""), &placed("C2", "")]);
    write("A 2024-04-01 to 2024-09-30.xlsx", &[&placed("C1", "10/08/2024"), &placed("C2", "")]);
    let arguments = ["--data", folder.path(), "--as-at", "2024-09-30"];
    let output = run(&arguments);
    let table = String::from_utf8(output.stdout).unwrap();
    assert_eq!(cell(&table, "CLA", "as-at"), "1  (UASC 0, not UASC 1)");
    let told = String::from_utf8(output.stderr).unwrap();
    let said = "not read, since A 2024-04-01 to 2024-09-30.xlsx is the latest workbook: a later name, 2024-03-31.xlsx";
    assert!(told.lines().any(|line| line == said), "{told}");
}

#[test]
fn the_name_of_a_workbook_says_of_which_day_it_is() {
    let folder = Folder::new();
    let plan: &[&str] = &["C1", "a) Female", "a) WBRI", "04/05/2010", "20/09/2022", "", "1"];
    let write = |name: &str| folder.write_workbook(name, &[("List 7", PLANS, &[plan])]);
    let arguments = ["--data", folder.path(), "--as-at", "2022-09-30"];
    write("annex_a.xlsx");
    assert_eq!(cell(&printed(&arguments), "ECS 133", "as-at"), "data end 2022-09-20");
    folder.remove("annex_a.xlsx");
    write("annex_a 2022-09-30.xlsx");
    let table = printed(&arguments);
    assert_eq!(cell(&table, "ECS 133", "as-at"), "0%  0 of 1");
    assert_eq!(cell(&table, "NI 65", "cumulative"), "100%  1 of 1");
    assert_eq!(cell(&table, "NI 65", "rolling-12m"), "data begin 2022-04-01");
    let said = sentences(&table);
    assert!(said.contains(&"NI 67: not supplied: child protection reviews"), "{said:?}");
    assert!(said.iter().any(|sentence| sentence.starts_with("CLA: not supplied: ")), "{said:?}");
}
