//! The recipes, as `docs/analysis.md` has them.

const PAGE: &str = include_str!("../../docs/analysis.md");

/// What stands under a heading.
pub(crate) struct Recipe {
    /// The heading.
    pub(crate) name: &'static str,
    pub(crate) blocks: Vec<Block>,
}

/// A piece of a program.
pub(crate) struct Block {
    pub(crate) language: &'static str,
    pub(crate) text: String,
}

impl Block {
    /// Whether it makes a file for those that follow, and answers nothing.
    pub(crate) fn prepares(&self) -> bool {
        self.language == "sh" && self.text.lines().count() == 1
    }

    /// Whether it asks for a column that a log of other events does not have.
    pub(crate) fn takes_columns(&self) -> bool {
        self.text.contains("data_size")
    }
}

/// Whether it has this text.
pub(crate) fn has(text: &str) -> bool {
    PAGE.contains(text)
}

/// All of them, in their order.
pub(crate) fn recipes() -> Vec<Recipe> {
    let mut recipes: Vec<Recipe> = Vec::new();
    let mut open: Option<Block> = None;
    for line in PAGE.lines() {
        open = match (open, line.strip_prefix("```")) {
            (None, Some(language)) => Some(Block { language, text: String::new() }),
            (None, None) => {
                if let Some(name) = line.strip_prefix("## ") {
                    recipes.push(Recipe { name, blocks: Vec::new() });
                }
                None
            }
            (Some(mut block), None) => {
                block.text.extend([line, "\n"]);
                Some(block)
            }
            (Some(block), Some(_)) => {
                recipes.last_mut().unwrap().blocks.push(block);
                None
            }
        };
    }
    recipes.retain(|recipe| !recipe.blocks.is_empty());
    recipes
}
