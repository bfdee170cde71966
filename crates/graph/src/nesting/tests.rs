//! Tests of how deep texts are nested.

use super::{DEEPEST, stack_for, with_stack};

#[test]
fn what_is_nested_too_deep_or_too_long_is_not_parsed() {
    assert!(stack_for(&"(".repeat(DEEPEST)).is_some());
    assert!(stack_for(&"(".repeat(DEEPEST + 1)).is_none());
    assert!(stack_for(&"a<".repeat(DEEPEST + 1)).is_none());
    assert!(stack_for(&"f(x); ".repeat(1_000)).is_some(), "what is closed is not deep");
    assert!(stack_for(&"() => a; ".repeat(DEEPEST + 1)).is_some(), "an arrow closes nothing");
    assert!(stack_for(&"const f = (x) => x\n".repeat(DEEPEST + 1)).is_some(), "a line ends it");
    assert!(stack_for(&"a?(b):c=>".repeat(DEEPEST + 1)).is_none());
    assert!(stack_for(&"a=>\n".repeat(DEEPEST + 1)).is_none());
    // What a comment closes is open all the same, and a glob is no comment.
    assert!(stack_for(&"(a=/*)*/".repeat(DEEPEST + 1)).is_none());
    assert!(stack_for(&"f(/* ( */ a); ".repeat(DEEPEST + 1)).is_none(), "on doubt it is deep");
    assert!(stack_for(&"f('./**/*.ts'); ".repeat(1_000)).is_some());
    assert!(stack_for(&"!".repeat(8 << 20)).is_none());
    assert!(stack_for("a").expect("little") < stack_for(&"a ".repeat(10_000)).expect("more"));
}

#[test]
fn a_panic_ends_nothing_else() {
    assert_eq!(with_stack(1 << 21, || 1), Some(1));
    assert_eq!(with_stack(1 << 21, || -> u8 { panic!("on purpose") }), None);
}
