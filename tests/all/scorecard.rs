//! The example `scorecard`, run as a user runs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use csc_kpi::{Engine, NaiveDate, Scorecard};
use serde_json::Value;

use crate::laws::everything;
use crate::seed::sample;

/// The program, which `cargo test` builds beside the tests.
fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let folder = tests.parent().and_then(Path::parent).unwrap().join("examples");
    let program = folder.join(format!("scorecard{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "run `cargo build --example scorecard` first: {} is not there", program.display());
    program
}

fn run(arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).output().unwrap()
}

fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(&[&["--format", "json"], arguments].concat())).unwrap()
}

/// What it says where it refuses.
fn refused(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// An empty folder of this test's own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("csc-kpi-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, table: &str, text: &str) {
        let path = self.0.join(table);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
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
    let suitable =
        card["readings"].as_array().unwrap().iter().find(|r| r["indicator"] == "Care leavers suitable").unwrap();
    let bands = suitable["age_bands"].as_object().unwrap();
    assert_eq!(bands.keys().collect::<Vec<_>>(), ["16", "17-18", "19-21", "22-25"]);
    let met: u64 = bands.values().map(|band| band["met"].as_u64().unwrap()).sum();
    assert_eq!(met, suitable["met"].as_u64().unwrap());
    let looked_after = card["readings"].as_array().unwrap().iter().find(|r| r["indicator"] == "CLA").unwrap();
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
        let mut child = Command::new(program())
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
    let folder = Folder::new("findings");
    let good = "cine_referral_id,cine_person_id,cine_referral_date\nR1,C1,2018-05-01\n";
    folder.write("ssd_person.csv", "pers_person_id\nC1\n");
    folder.write("ssd_cin_episodes.csv", good);
    let readings = |card: Value| card["readings"].clone();
    let before = readings(json(&["--data", folder.path()]));
    folder.write("ssd_cin_episodes.csv", &format!("{good}R2,C1,2018-13-01\n"));
    let file = folder.0.join("findings.csv");
    let after = readings(json(&["--data", folder.path(), "--findings", file.to_str().unwrap()]));
    assert_eq!(before, after);
    let findings = fs::read_to_string(file).unwrap();
    let (header, row) = findings.trim_end().split_once('\n').unwrap();
    assert_eq!(header, "severity,collection,number,file,table,row,record,person,column,value,rule");
    let expected = "blocks a figure,,,ssd_cin_episodes.csv,ssd_cin_episodes,3,R2,C1,cine_referral_date,2018-13-01,";
    assert!(row.contains(expected), "{findings}");
    let told = String::from_utf8(run(&["--data", folder.path()]).stderr).unwrap();
    let expected =
        "blocks a figure, ssd_cin_episodes: is no date; the row is left out (first: ssd_cin_episodes.csv row 3,";
    assert!(told.contains(expected), "{told}");
}

#[test]
fn what_is_wrong_with_an_argument_is_said_in_a_sentence() {
    let folder = Folder::new("empty");
    for (arguments, said) in [
        (vec!["--data", "no-such-folder"], "no-such-folder is no folder; give --data a folder of SSD tables"),
        (vec!["--data", folder.path()], "holds none of the SSD tables"),
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

/// Returns of two years, a census and an SSD table side by side make one dataset; what cannot be read is named.
#[test]
fn returns_and_censuses_are_read_beside_tables() {
    let folder = Folder::new("mixture");
    let header = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\nC1,1,04/05/2010,WBRI,A123456789012,,\n";
    let columns = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n";
    // Open at 31 March in the first return, ceased in the second.
    folder.write("2018/header.csv", header);
    folder.write("2018/episodes.csv", &format!("{columns}C1,10/01/2018,S,C2,N1,U4,PR4,,,,AB1 0,AB1 0,SC1\n"));
    folder.write("2019/header.csv", header);
    folder.write(
        "2019/episodes.csv",
        &format!("{columns}C1,10/01/2018,S,C2,N1,U4,PR4,20/05/2018,E4A,,AB1 0,AB1 0,SC1\n"),
    );
    folder.write(
        "census.xml",
        "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2018</Year>\
         <ReferenceDate>2018-03-31</ReferenceDate></CollectionDetails></Header><Children><Child><ChildIdentifiers>\
         <LAchildID>C2</LAchildID><PersonBirthDate>2012-01-01</PersonBirthDate></ChildIdentifiers><CINdetails>\
         <CINreferralDate>2018-02-01</CINreferralDate><ReferralNFA>false</ReferralNFA></CINdetails></Child></Children>\
         </Message>",
    );
    folder.write("ssd_missing.csv", "miss_table_id,miss_person_id,miss_missing_episode_start_date\nM1,C3,2018-03-01\n");
    folder.write("notes.txt", "nothing to read");
    folder.write("episodes.csv", columns);
    let arguments = ["--data", folder.path(), "--as-at", "2018-03-31", "--as-at", "2018-06-30"];
    let said = String::from_utf8(run(&arguments).stderr).unwrap();
    assert!(said.contains("not read, since nothing is known of such a file: notes.txt"), "{said}");
    assert!(said.contains(
        "not read, since no folder or file name says of which year the return is (such as 2018): episodes.csv"
    ));
    let card = json(&arguments);
    let reading = |indicator: &str, basis: &str, as_at: &str| {
        let found = card["readings"].as_array().unwrap().iter().find(|reading| {
            (&reading["indicator"], &reading["basis"], &reading["as_at"])
                == (&Value::from(indicator), &Value::from(basis), &Value::from(as_at))
        });
        found.unwrap().clone()
    };
    assert_eq!(reading("CLA", "as-at", "2018-03-31")["count"], 1);
    assert_eq!(reading("CLA", "as-at", "2018-06-30")["count"], 0);
    assert_eq!(reading("NI 68", "cumulative", "2018-03-31")["met"], 1);
    assert_eq!(reading("Missing episodes", "cumulative", "2018-03-31")["count"], 1);
}
