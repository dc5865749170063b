//! One test binary for everything that looks at the product from outside: linking once keeps the suite quick.

mod cli;
mod e2e;
mod editors;
mod harness;
mod tidy;
