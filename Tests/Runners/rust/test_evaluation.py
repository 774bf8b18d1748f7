"""The call of an assertion in Rust: what goes over the channel, and what does not compile."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import harness  # noqa: E402

CODE = """
fn id<T>(value: T) -> T { value }
fn first(values: &[i32]) -> &i32 { &values[0] }
fn tenths() -> Vec<f32> { vec![0.1] }
fn fails() -> i32 { panic!("no") }
#[derive(Debug)] struct Any;
impl PartialEq<i32> for Any { fn eq(&self, _: &i32) -> bool { true } }
fn any() -> Any { Any }
"""
# call, comparison, frame
ROWS = [
    ("id(3u8)", "assert_eq!(assay_value, 0)", {"evaluated": 3}),
    ("id(String::from(\"a\"))", "assert_eq!(\"\", assay_value)", {"evaluated": "a"}),
    ("*first(&vec![4])", "assert!(assay_value == 0)", {"evaluated": 4}),
    ("id(Some((1, 'x')))", "assert_eq!(assay_value, Some((0, ' ')))", {"evaluated": [1, "x"]}),
    ("tenths()", "assert_eq!(assay_value, vec![0.0])", {"evaluated": [{"$single": 0.1}]}),
    ("!id(true)", "assert!(assay_value)", {"evaluated": False}),
    ("fails()", "assert_eq!(assay_value, 0)", {"error": "exception"}),
    ("missing(1)", "assert_eq!(assay_value, 0)", None),
    ("id(3)", "assert_eq!(assay_value, \"\")", None),
    ("any()", "assert_eq!(assay_value, 0)", None),
]


class Evaluation(unittest.TestCase):
    def test_rows(self):
        for call, check, expected in ROWS:
            with self.subTest(call), harness.Work() as work:
                for name, text in (("submission.rs", CODE), ("call.rs", call), ("check.rs", check)):
                    work.write(name, text)
                status, stderr, _ = work.build("evaluation")
                if expected is None:
                    self.assertNotEqual(status, 0)
                    continue
                self.assertEqual(status, 0, stderr)
                _, _, stderr, frames = work.run(["./main"], b"")
                frames = [{key: value for key, value in frame.items() if key != "message"} for frame in frames]
                self.assertEqual(frames, [expected], stderr)


if __name__ == "__main__":
    unittest.main()
