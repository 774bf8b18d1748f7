//! What a Rust submission is linked with in `function_call` and `assertions`: values in and out, the channel
//! to the service, and the entry point.
//!
//! The glue that `assay-rust-build` writes stands in the submission's own crate, so that *the compiler* finds
//! out every type: it calls the function with `Call::argument(…)` in each place, whose result type is whatever
//! the parameter needs, and `Take` and `Give` say which types there are. All of it is named by absolute paths
//! (`::assay::…`), which nothing in a submission can shadow.

mod call;
mod channel;
mod collections;
mod evaluation;
mod give;
pub mod json;
mod nodes;
mod outcome;
pub mod prelude;
mod take;
mod tests;
mod value;

pub use call::{give_iterator, run_calls, Call, Entry};
pub use evaluation::evaluated;
pub use give::{Give, Refusal};
pub use nodes::{give_list, give_tree, take_list, take_tree, Link, List, Tree};
pub use outcome::{check_result, Outcome, ViaDebug, ViaGive};
pub use take::{Misfit, Snapshot, Take};
pub use tests::{run_tests, test_exit, Test, TestEntry, TestOutcome};
pub use value::Value;

// By way of this crate, whose name in a build nobody can guess, the glue has the real ones: `extern crate self as std`
// would put a submission's own in their place.
pub use std;
pub use std::include;

/// Gives a glue function the symbol under which `entry!` finds it: it may stand in a private module.
///
/// The unsafe parts of the glue are in macros of this crate, for submissions that say `#![forbid(unsafe_code)]`.
#[macro_export]
macro_rules! export {
    ($symbol:ident, $function:path, $context:ty) => {
        #[no_mangle]
        pub fn $symbol(context: &mut $context) {
            $function(context)
        }
    };
}

/// The program's `main` for calls: a table of functions by name.
///
/// The submission's own `main` is renamed; it is named here so that it is no dead code to `#![deny(warnings)]`.
#[macro_export]
macro_rules! entry {
    ([$($aside:path)?] $($name:literal => $symbol:ident),* $(,)?) => {
        fn main() {
            $(let _ = &$aside;)?
            extern "Rust" {
                $(fn $symbol(call: &mut $crate::Call);)*
            }
            $crate::run_calls(&[$($crate::Entry { name: $name, call: |call| unsafe { $symbol(call) } }),*])
        }
    };
}

/// The program's `main` for assertions: the test functions, in the order in which they run.
#[macro_export]
macro_rules! test_entry {
    ([$($aside:path)?] $($name:literal => $symbol:ident, $panics:expr);* $(;)?) => {
        fn main() {
            $(let _ = &$aside;)?
            extern "Rust" {
                $(fn $symbol(test: &mut $crate::Test);)*
            }
            $crate::run_tests(&[
                $($crate::TestEntry { name: $name, should_panic: $panics, run: |test| unsafe { $symbol(test) } }),*
            ])
        }
    };
}

/// Sends what the function returned: `Err` with its `Debug` text where it has one.
#[macro_export]
macro_rules! finish {
    ($call:expr, $result:expr) => {{
        use $crate::{ViaDebug as _, ViaGive as _};
        let outcome = $crate::Outcome(&$result);
        let value = (&outcome).assay_value();
        $crate::Call::finish($call, value)
    }};
}

/// Carries the submission's own `ListNode`, a struct with `val` and `next`.
#[macro_export]
macro_rules! list_node {
    ($node:ident) => {
        impl $crate::List for $node {
            fn assay_node(
                value: $crate::Value,
                next: $crate::std::option::Option<Self>,
            ) -> $crate::std::result::Result<Self, $crate::Misfit> {
                $crate::std::result::Result::Ok($node {
                    val: $crate::Take::take(value)?,
                    next: $crate::std::option::Option::map(next, $crate::Link::wrap),
                })
            }
            fn assay_value(&self) -> $crate::std::result::Result<$crate::Value, $crate::Refusal> {
                $crate::Give::give(&self.val)
            }
            fn assay_next<R>(&self, body: impl $crate::std::ops::FnOnce($crate::std::option::Option<&Self>) -> R) -> R {
                match &self.next {
                    $crate::std::option::Option::Some(next) => {
                        $crate::Link::visit(next, |node| body($crate::std::option::Option::Some(node)))
                    }
                    $crate::std::option::Option::None => body($crate::std::option::Option::None),
                }
            }
        }
        $crate::carry_list!($node);
    };
}

/// Carries the submission's own `TreeNode`, a struct with `val`, `left` and `right`.
#[macro_export]
macro_rules! tree_node {
    ($node:ident) => {
        impl $crate::Tree for $node {
            fn assay_node(
                value: $crate::Value,
                left: $crate::std::option::Option<Self>,
                right: $crate::std::option::Option<Self>,
            ) -> $crate::std::result::Result<Self, $crate::Misfit> {
                $crate::std::result::Result::Ok($node {
                    val: $crate::Take::take(value)?,
                    left: $crate::std::option::Option::map(left, $crate::Link::wrap),
                    right: $crate::std::option::Option::map(right, $crate::Link::wrap),
                })
            }
            fn assay_value(&self) -> $crate::std::result::Result<$crate::Value, $crate::Refusal> {
                $crate::Give::give(&self.val)
            }
            fn assay_children(&self, body: &mut dyn $crate::std::ops::FnMut($crate::std::option::Option<&Self>)) {
                for child in [&self.left, &self.right] {
                    match child {
                        $crate::std::option::Option::Some(child) => {
                            $crate::Link::visit(child, |node| body($crate::std::option::Option::Some(node)))
                        }
                        $crate::std::option::Option::None => body($crate::std::option::Option::None),
                    }
                }
            }
        }
        $crate::carry_tree!($node);
    };
}
