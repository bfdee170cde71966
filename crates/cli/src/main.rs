//! The one binary, `frontage`.

fn main() {}
