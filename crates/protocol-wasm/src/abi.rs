//! How bytes come in and go out. No pointer is read here: the page writes into a buffer that this module owns and reads
//! from another.
//!
//! 1. `input(n)` makes room for n bytes and says where; the page writes the request and then the file.
//! 2. `call(r)` answers the request in the first r of them.
//! 3. `output()` and `output_len()` say where the answer is.
//!
//! A panic leaves its message as output and traps; the page reads the message and throws the instance away.
#![expect(unsafe_code, reason = "an exported name counts as unsafe, because two of them could clash")]

use crate::Workspace;
use std::{cell::RefCell, panic};

thread_local! {
    static INPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static OUTPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static WORKSPACE: RefCell<Workspace> = RefCell::default();
}

/// Room for the next request.
#[unsafe(no_mangle)]
extern "C" fn input(len: usize) -> *mut u8 {
    INPUT.with_borrow_mut(|buffer| {
        *buffer = vec![0; len];
        buffer.as_mut_ptr()
    })
}

/// Answer the request in the first `request_len` bytes of the input; the rest is its file.
#[unsafe(no_mangle)]
extern "C" fn call(request_len: usize) {
    panic::set_hook(Box::new(|info| OUTPUT.set(info.to_string().into_bytes())));
    let input = INPUT.take();
    let (request, file) = input.split_at(request_len);
    let answer = WORKSPACE.with_borrow_mut(|workspace| crate::answer(workspace, request, file));
    OUTPUT.set(answer);
}

/// Where the answer is.
#[unsafe(no_mangle)]
extern "C" fn output() -> *const u8 {
    OUTPUT.with_borrow(Vec::as_ptr)
}

/// Its length.
#[unsafe(no_mangle)]
extern "C" fn output_len() -> usize {
    OUTPUT.with_borrow(Vec::len)
}

/// Nothing here draws random numbers; whatever asked for one would get an error.
fn no_random_numbers(_: &mut [u8]) -> Result<(), getrandom::Error> {
    Err(getrandom::Error::UNSUPPORTED)
}
getrandom::register_custom_getrandom!(no_random_numbers);
