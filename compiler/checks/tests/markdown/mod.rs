//! Code blocks of a markdown page, with the heading they stand under.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// A fenced block.
pub(crate) struct Block {
    pub(crate) heading: String,
    pub(crate) language: String,
    /// The second word after the fence: the file's path.
    pub(crate) path: Option<String>,
    pub(crate) text: String,
    pub(crate) range: Range<usize>,
}

impl Block {
    pub(crate) fn file(&self) -> (String, String) {
        (self.path.clone().unwrap_or_else(|| "main.deploy".to_owned()), self.text.clone())
    }
}

pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut heading, mut in_heading, mut in_block) = (String::new(), false, false);
    for (event, range) in Parser::new(text).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                heading.clear();
                in_heading = true;
            }
            Event::End(TagEnd::Heading(_)) => in_heading = false,
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let mut words = info.split_whitespace();
                in_block = true;
                blocks.push(Block {
                    heading: heading.clone(),
                    language: words.next().unwrap_or_default().to_owned(),
                    path: words.next().map(str::to_owned),
                    text: String::new(),
                    range,
                });
            }
            Event::End(TagEnd::CodeBlock) => in_block = false,
            Event::Text(more) | Event::Code(more) if in_heading => heading.push_str(&more),
            Event::Text(more) if in_block => {
                if let Some(block) = blocks.last_mut() {
                    block.text.push_str(&more);
                }
            }
            _ => {}
        }
    }
    blocks
}
