#![no_main]
#![allow(dead_code, reason = "each target calls one function of the module")]

#[path = "../../all/readers.rs"]
mod readers;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _records = readers::ssd(bytes);
});
