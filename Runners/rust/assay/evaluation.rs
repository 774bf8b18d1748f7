//! The call of one assertion: hands out its value, whose comparison is the service's.

use crate::channel;
use crate::give::{Give, Refusal};
use crate::json;
use crate::value::Value;
use std::process::exit;

/// Sends the value; the process ends here.
pub fn evaluated<T: Give + ?Sized>(value: &T) -> ! {
    match value.give() {
        Ok(value) => {
            let mut text = Vec::new();
            write(&value, &mut text);
            channel::send_evaluated(&text);
            exit(0)
        }
        Err(Refusal::Exception(message)) => {
            eprintln!("{message}");
            channel::send_error("exception", &message);
            exit(101)
        }
    }
}

/// An `f32` says that it is one: the literal that it is compared with is one too.
fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Single(number) if number.is_finite() => {
            out.extend_from_slice(format!("{{\"$single\":{number:?}}}").as_bytes())
        }
        Value::List(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(item, out);
            }
            out.push(b']');
        }
        value => out.extend_from_slice(&json::serialize(value)),
    }
}
