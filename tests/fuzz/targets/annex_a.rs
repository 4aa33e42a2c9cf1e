#![no_main]
#![allow(dead_code, reason = "each target calls one function of the module")]

use std::panic;

#[path = "../../all/readers.rs"]
mod readers;

/// The reader catches panics of the crates that open workbooks, and only those; any other is a fault.
fn tolerate_the_workbook_crates() {
    let abort = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let file = info.location().map_or("", |location| location.file());
        if !["/calamine-", "/zip-", "/quick-xml-"].iter().any(|name| file.contains(name)) {
            abort(info);
        }
    }));
}

libfuzzer_sys::fuzz_target!(init: tolerate_the_workbook_crates(), |bytes: &[u8]| {
    let _records = readers::annex_a(bytes);
});
