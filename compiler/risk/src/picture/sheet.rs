//! Where everything stands on the sheet, and the drawing of it. Lengths are pixels.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use plan::{Node, Plan};

use super::blocks::{Bar, Block, Row, blocks, rows};
use super::canvas::Canvas;
use super::layers::{Layers, layers};
use crate::duration::shown;
use crate::graph::Analysis;

const WIDTH: i64 = 470;
const GAP: i64 = 36;
const MARGIN: i64 = 24;
const HEAD: i64 = 64;
const TITLE: i64 = 28;
const LINE: i64 = 22;
const BAR: i64 = 100;
/// Where labels end, bars begin, and texts begin in a card.
const COLUMNS: [i64; 3] = [76, 86, 196];
/// Characters that a title, a text beside a bar, and a text of its own have room for.
const ROOM: [usize; 3] = [62, 41, 68];
const STYLE: &str = include_str!("style.css");

/// A card and the place of its corner.
struct Placed<'b, 'p> {
    block: &'b Block<'p>,
    x: i64,
    y: i64,
}

impl Placed<'_, '_> {
    fn middle(&self) -> i64 {
        self.x + WIDTH / 2
    }

    fn bottom(&self) -> i64 {
        self.y + height(self.block)
    }
}

/// What stands beside the way forward: a title and its nodes.
type Aside<'p> = (String, &'p [Node]);

/// The picture's bytes.
pub(super) fn drawn(plan: &Plan, analysis: &Analysis) -> io::Result<Vec<u8>> {
    let (cards, of_node) = blocks(plan);
    let waits = |node: &'_ Node| -> Vec<(usize, usize)> {
        let card = |id: &str| of_node.get(id).copied();
        let to = card(&node.id.0);
        node.after.iter().filter_map(|before| Some((card(&before.0)?, to?))).collect()
    };
    let layers = layers(cards.len(), plan.body.nodes.iter().flat_map(waits));
    let widest = layers.rows.iter().map(Vec::len).max().unwrap_or(1).max(1);
    let span = |cards: usize| i64::try_from(cards).unwrap_or(i64::MAX / 1_000) * (WIDTH + GAP) - GAP;
    let mut y = HEAD + MARGIN;
    let mut placed = BTreeMap::new();
    for row in &layers.rows {
        let left = MARGIN + (span(widest) - span(row.len())) / 2;
        for (card, column) in row.iter().zip(0..) {
            placed.insert(*card, Placed { block: &cards[*card], x: left + column * (WIDTH + GAP), y });
        }
        y += row.iter().map(|card| height(&cards[*card])).max().unwrap_or(0) + GAP;
    }
    let asides = asides(plan);
    let size = (span(widest) + 2 * MARGIN + GAP, y + asides.iter().map(aside_height).sum::<i64>());
    let mut sheet =
        Sheet { canvas: Canvas::new(), plan, critical: analysis.critical.iter().map(|id| id.0.as_str()).collect() };
    sheet.begin(size, analysis)?;
    sheet.edges(&layers, &placed, size.0)?;
    for card in placed.values() {
        sheet.card(card)?;
    }
    for aside in &asides {
        sheet.aside(aside, y)?;
        y += aside_height(aside);
    }
    sheet.canvas.close("svg")?;
    Ok(sheet.canvas.into_bytes())
}

fn height(block: &Block<'_>) -> i64 {
    let lines = block.rows.len() + usize::from(block.back.is_some()) + usize::from(block.kept.is_some());
    TITLE + LINE * i64::try_from(lines).unwrap_or(0) + 10
}

fn aside_height((_, nodes): &Aside<'_>) -> i64 {
    TITLE + LINE * i64::try_from(nodes.len()).unwrap_or(0) + 10 + GAP
}

fn asides(plan: &Plan) -> Vec<Aside<'_>> {
    let body = &plan.body;
    let step = |key: &str| key.strip_prefix(&body.workflow).map_or(key, |rest| rest.trim_start_matches('/')).to_owned();
    let handlers = body.scopes.iter().filter(|(_, scope)| !scope.on_failure.is_empty());
    let handlers = handlers.map(|(key, scope)| (format!("when {} fails", step(key)), scope.on_failure.as_slice()));
    let last = Some(("at the end, however it ends".to_owned(), body.finally.as_slice()));
    handlers.chain(last.filter(|(_, nodes)| !nodes.is_empty())).collect()
}

struct Sheet<'p> {
    canvas: Canvas,
    plan: &'p Plan,
    critical: BTreeSet<&'p str>,
}

impl Sheet<'_> {
    fn begin(&mut self, (width, height): (i64, i64), analysis: &Analysis) -> io::Result<()> {
        let (wide, high, frame) = (width.to_string(), height.to_string(), format!("0 0 {width} {height}"));
        let size = [("width", wide.as_str()), ("height", &high), ("viewBox", &frame)];
        let workflow = &self.plan.body.workflow;
        let named = [("xmlns", "http://www.w3.org/2000/svg"), ("role", "img"), ("aria-label", workflow.as_str())];
        self.canvas.open("svg", &[named.as_slice(), &size].concat())?;
        self.canvas.texted("style", &[], STYLE)?;
        self.arrow()?;
        self.canvas.rectangle("paper", [0, 0, width, height], 0)?;
        self.canvas.line("head", (MARGIN, 34), ROOM[0], workflow)?;
        let longest = analysis.longest_ms.map_or("without a limit".to_owned(), |ms| format!("at most {}", shown(ms)));
        let times = format!("takes at least {}, {longest} · {}", shown(analysis.shortest_ms), self.plan.digest);
        self.canvas.line("faint", (MARGIN, 54), ROOM[2], &times)
    }

    fn arrow(&mut self) -> io::Result<()> {
        self.canvas.open("defs", &[])?;
        let place = [("id", "arrow"), ("viewBox", "0 0 8 8"), ("refX", "7"), ("refY", "4")];
        let size = [("markerWidth", "7"), ("markerHeight", "7"), ("orient", "auto")];
        self.canvas.open("marker", &[place.as_slice(), &size].concat())?;
        self.canvas.empty("path", &[("class", "tip"), ("d", "M0 0 8 4 0 8z")])?;
        self.canvas.close("marker")?;
        self.canvas.close("defs")
    }

    fn edges(&mut self, layers: &Layers, placed: &BTreeMap<usize, Placed<'_, '_>>, width: i64) -> io::Result<()> {
        for (from, to) in &layers.edges {
            let (Some(from), Some(to)) = (placed.get(from), placed.get(to)) else { continue };
            let between = placed.values().any(|card| card.y > from.y && card.y < to.y);
            let class =
                if self.is_critical(from.block) && self.is_critical(to.block) { "edge critical" } else { "edge" };
            self.canvas.empty("path", &[("class", class), ("d", &way(from, to, between.then_some(width - MARGIN)))])?;
        }
        Ok(())
    }

    fn is_critical(&self, block: &Block<'_>) -> bool {
        block.nodes.iter().any(|node| self.critical.contains(node.id.0.as_str()))
    }

    fn card(&mut self, card: &Placed<'_, '_>) -> io::Result<()> {
        let block = card.block;
        let class = if self.is_critical(block) { "card critical" } else { "card" };
        self.group(block.nodes.first().map_or("", |node| &node.id.0))?;
        self.canvas.rectangle(class, [card.x, card.y, WIDTH, height(block)], 8)?;
        self.canvas.line("title", (card.x + 12, card.y + 19), ROOM[0], &block.title)?;
        let mut y = self.rows(&block.rows, (card.x, card.y + TITLE))?;
        if let Some(back) = &block.back {
            self.canvas.line("back", (card.x + 12, y + 15), ROOM[2], &format!("↩ {back}"))?;
            y += LINE;
        }
        if let Some(kept) = &block.kept {
            self.canvas.rectangle("beyond", [card.x + 12, y + 2, WIDTH - 24, 1], 0)?;
            self.canvas.line("back", (card.x + 12, y + 17), ROOM[2], &format!("no way back: {kept}"))?;
        }
        self.canvas.close("g")
    }

    fn aside(&mut self, (title, nodes): &Aside<'_>, y: i64) -> io::Result<()> {
        self.group(nodes.first().map_or("", |node| &node.id.0))?;
        let nodes: Vec<&Node> = nodes.iter().collect();
        let rows = rows(&nodes);
        let high = TITLE + LINE * i64::try_from(rows.len()).unwrap_or(0) + 10;
        self.canvas.rectangle("card aside", [MARGIN, y, WIDTH, high], 8)?;
        self.canvas.line("title", (MARGIN + 12, y + 19), ROOM[0], title)?;
        self.rows(&rows, (MARGIN, y + TITLE))?;
        self.canvas.close("g")
    }

    /// The rows of a card; where the next line would stand.
    fn rows(&mut self, rows: &[Row<'_>], (x, mut y): (i64, i64)) -> io::Result<i64> {
        for row in rows {
            self.group(row.node)?;
            match row.bar {
                Some(bar) => self.bar(row, bar, (x, y))?,
                None => self.canvas.line("faint", (x + 12, y + 15), ROOM[2], &row.text)?,
            }
            self.canvas.close("g")?;
            y += LINE;
        }
        Ok(y)
    }

    fn bar(&mut self, row: &Row<'_>, bar: Bar, (x, y): (i64, i64)) -> io::Result<()> {
        let [label, begins, text] = COLUMNS;
        #[expect(clippy::cast_possible_truncation, reason = "a share of a hundred pixels")]
        let share = ((bar.share * BAR as f64).round() as i64).max(i64::from(bar.share > 0.0));
        self.canvas.line("label", (x + label, y + 15), 11, &row.label)?;
        self.canvas.rectangle("track", [x + begins, y + 5, BAR, 12], 2)?;
        self.canvas.rectangle(if bar.copies { "copies" } else { "share" }, [x + begins, y + 5, share, 12], 2)?;
        let class = if row.text.contains(" while ") || row.text.starts_with("check") { "watch" } else { "faint" };
        self.canvas.line(class, (x + text, y + 15), ROOM[1], &row.text)
    }

    /// Opens what shows a node.
    fn group(&mut self, node: &str) -> io::Result<()> {
        let place = self.plan.source_map.get(node).map(ToString::to_string);
        let place = place.as_deref().map(|place| ("data-place", place));
        let attributes: Vec<_> = [("data-node", node)].into_iter().chain(place).collect();
        self.canvas.open("g", &attributes)
    }
}

/// The way of an edge: straight down, sideways between two of one row, or along the margin past what stands between.
fn way(from: &Placed<'_, '_>, to: &Placed<'_, '_>, margin: Option<i64>) -> String {
    let (x, y, there) = (from.middle(), from.bottom(), to.middle());
    if from.y == to.y {
        let rightward = to.x > from.x;
        let (start, end) = if rightward { (from.x + WIDTH, to.x) } else { (from.x, to.x + WIDTH) };
        let level = from.y + if rightward { TITLE / 2 } else { TITLE };
        return format!("M{start} {level} H{end}");
    }
    match margin {
        Some(margin) => {
            format!("M{x} {y} v{half} H{margin} V{above} H{there} v{half}", half = GAP / 2, above = to.y - GAP / 2)
        }
        None => {
            let bend = (to.y - y) / 2;
            format!("M{x} {y} C{x} {} {there} {} {there} {}", y + bend, to.y - bend, to.y)
        }
    }
}
