//! What editors ask, tried on texts with a cursor in them.

mod canary;
mod completions;
mod everywhere;
mod examples;
mod fixture;
mod hovers;
mod lines;
mod margins;
mod navigation;
mod ranking;
mod renames;
mod robustness;
mod shop;
mod snapshots;
mod text;
