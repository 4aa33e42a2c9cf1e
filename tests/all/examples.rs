//! What the tests of the examples share: the programs, and small folders of what councils have.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rust_xlsxwriter::Workbook;

/// The program of an example, which `cargo test` builds beside the tests.
pub(crate) fn program(example: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let folder = tests.parent().and_then(Path::parent).unwrap().join("examples");
    let program = folder.join(format!("{example}{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "run `cargo build --example {example}` first: {} is not there", program.display());
    program
}

/// An empty folder of a test's own, removed at the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("csc-kpi-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }

    /// The path of a file in it.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.file(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn remove(&self, name: &str) {
        fs::remove_file(self.file(name)).unwrap();
    }

    /// The return of children looked after of a year: C1 is looked after from its 10 January on.
    pub(crate) fn write_return(&self, year: i32) {
        let write = |table: &str, text: &str| self.write(&format!("{year}/{table}.csv"), text);
        write("header", "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\nC1,1,04/05/2010,WBRI,A123456789012,,\n");
        write("uasc", "CHILD,SEX,DOB,DUC\n");
        write("missing", &format!("CHILD,DOB,MISSING,MIS_START,MIS_END\nC1,04/05/2010,M,01/02/{year},02/02/{year}\n"));
        write("oc3", "CHILD,DOB,IN_TOUCH,ACTIV,ACCOM\n");
        write("episodes", &format!("{EPISODES}C1,10/01/{year},S,C2,N1,U4,PR4,,,,AB1 0,AB1 0,SC1\n"));
    }

    /// The census of a year: C2 is referred on its 1 February, and has a second plan from its 20 February on.
    pub(crate) fn write_census(&self, year: i32) {
        let census = format!(
            "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>{year}</Year>\
             <ReferenceDate>{year}-03-31</ReferenceDate></CollectionDetails></Header><Children><Child>\
             <ChildIdentifiers><LAchildID>C2</LAchildID><PersonBirthDate>2012-01-01</PersonBirthDate>\
             </ChildIdentifiers><CINdetails><CINreferralDate>{year}-02-01</CINreferralDate><ReferralNFA>false</ReferralNFA>\
             <ChildProtectionPlans><CPPstartDate>{year}-02-20</CPPstartDate><NumberOfPreviousCPP>1</NumberOfPreviousCPP>\
             </ChildProtectionPlans></CINdetails></Child></Children></Message>"
        );
        self.write(&format!("cin_{year}.xml"), census);
    }

    /// A workbook of Annex A.
    pub(crate) fn write_workbook(&self, name: &str, lists: &[ListOfTexts<'_>]) {
        let mut book = Workbook::new();
        for (list, columns, rows) in lists {
            let sheet = book.add_worksheet().set_name(*list).unwrap();
            let header = [&HEAD, *columns].concat();
            for (row, cells) in (0..).zip([header.as_slice()].into_iter().chain(rows.iter().copied())) {
                for (column, cell) in (0..).zip(cells) {
                    sheet.write_string(row, column, *cell).unwrap();
                }
            }
        }
        self.write(name, book.save_to_buffer().unwrap());
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The columns of the episodes of a return.
pub(crate) const EPISODES: &str =
    "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n";

/// Name, columns behind those of every list, and rows of a list.
pub(crate) type ListOfTexts<'a> = (&'a str, &'a [&'a str], &'a [&'a [&'a str]]);

/// The columns of every list.
const HEAD: [&str; 4] = ["Child Unique ID", "Gender", "Ethnicity", "Date of Birth"];

/// The columns of List 3.
pub(crate) const REFERRALS: &[&str] =
    &["Date of Referral", "Referral Source", "Referral NFA?", "Number of Referrals in Last 12 Months"];

/// The columns of List 7.
pub(crate) const PLANS: &[&str] = &[
    "Child Protection Plan Start Date",
    "Child Protection Plan End Date",
    "Number of Previous Child Protection Plans",
];

/// The columns of List 8.
pub(crate) const LOOKED_AFTER: &[&str] = &[
    "Date Started to be Looked After",
    "Date Ceased to be Looked After",
    "Number of Placements in the Last 12 months",
];
