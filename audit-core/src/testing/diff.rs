//! How two texts differ, line by line.

/// Texts that differ in more lines than this are not compared in detail, in products of lines.
const WORK_MAX: usize = 4_000_000;

/// The lines that were removed (`-`) and added (`+`), in order, under the unchanged `heading` that
/// they belong to. Empty where the texts are equal.
pub(super) fn diff(old: &str, new: &str, heading: fn(&str) -> bool) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let mut shown = Shown { heading, open: None, text: String::new() };
    let same_front = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (front, old) = old.split_at(same_front);
    let new = new.get(same_front..).unwrap_or_default();
    front.iter().for_each(|line| shown.same(line));
    let same_back = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let old = old.get(..old.len() - same_back).unwrap_or_default();
    let new = new.get(..new.len() - same_back).unwrap_or_default();
    if old.len().saturating_mul(new.len()) > WORK_MAX {
        old.iter().for_each(|line| shown.changed('-', line));
        new.iter().for_each(|line| shown.changed('+', line));
        return shown.text;
    }
    let common = common_lines(old, new);
    let at = |old: usize, new: usize| {
        common.get(old).and_then(|row| row.get(new)).copied().unwrap_or_default()
    };
    let (mut here, mut there) = (0, 0);
    loop {
        match (old.get(here), new.get(there)) {
            (Some(line), Some(other)) if line == other => {
                shown.same(line);
                (here, there) = (here + 1, there + 1);
            }
            (Some(line), other)
                if other.is_none() || at(here + 1, there) >= at(here, there + 1) =>
            {
                shown.changed('-', line);
                here += 1;
            }
            (_, Some(line)) => {
                shown.changed('+', line);
                there += 1;
            }
            (_, None) => return shown.text,
        }
    }
}

/// How many lines the texts have in common, in this order, from each pair of places on.
fn common_lines(old: &[&str], new: &[&str]) -> Vec<Vec<u32>> {
    let mut rows = vec![vec![0; new.len() + 1]];
    for line in old.iter().rev() {
        let below = rows.last().map(Vec::as_slice).unwrap_or_default();
        let mut row = vec![0];
        for (other, pair) in new.iter().zip(below.windows(2)).rev() {
            let right = row.last().copied().unwrap_or_default();
            row.push(match pair {
                [_, diagonal] if line == other => diagonal + 1,
                [down, _] => right.max(*down),
                _ => right,
            });
        }
        row.reverse();
        rows.push(row);
    }
    rows.reverse();
    rows
}

struct Shown<'a> {
    heading: fn(&str) -> bool,
    /// The heading above the place that is looked at, until it is shown.
    open: Option<&'a str>,
    text: String,
}

impl<'a> Shown<'a> {
    fn same(&mut self, line: &'a str) {
        if (self.heading)(line) {
            self.open = Some(line);
        }
    }

    fn changed(&mut self, sign: char, line: &'a str) {
        if (self.heading)(line) {
            self.open = None;
        }
        if let Some(heading) = self.open.take() {
            self.text += &format!("  {heading}\n");
        }
        self.text += &format!("{sign} {line}\n");
    }
}

#[cfg(test)]
mod tests {
    fn check(old: &str, new: &str, expected: &[&str]) {
        let split = |text: &str| text.replace(' ', "\n");
        let diff = super::diff(&split(old), &split(new), |line| line.starts_with('#'));
        assert_eq!(diff.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn lines_come_in_order_and_under_their_heading() {
        check("a b c", "a b c", &[]);
        check("", "a b", &["+ a", "+ b"]);
        check("a b", "", &["- a", "- b"]);
        check("a b c", "a x c", &["- b", "+ x"]);
        check("a b c d e", "a c x e y", &["- b", "- d", "+ x", "+ y"]);
        check("#1 a b #2 c d", "#1 a x #2 c d e", &["  #1", "- b", "+ x", "  #2", "+ e"]);
        check("#1 a #3 c", "#1 a #2 b #3 c", &["+ #2", "+ b"]);
        check("#1 a b c", "#1 b d c", &["  #1", "- a", "+ d"]);
    }

    #[test]
    fn very_different_texts_are_told_as_a_whole() {
        let (old, new) = ("a\n".repeat(2001), "b\n".repeat(2001));
        let diff = super::diff(&old, &new, |line| line.starts_with('#'));
        assert_eq!(diff.lines().filter(|line| *line == "- a").count(), 2001);
        assert!(diff.ends_with("+ b\n"));
    }
}
