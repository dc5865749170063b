//! What editors ask, tried on texts with a cursor in them.

mod canary;
mod completions;
mod examples;
mod fixture;
mod hovers;
mod margins;
mod navigation;
mod ranking;
mod renames;
mod robustness;
mod everywhere;
mod lines;
mod shop;
mod snapshots;
mod text;
