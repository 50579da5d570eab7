//! Elements, read by their names.

#![allow(dead_code, reason = "no feature alone needs all of it")]

use roxmltree::{Document, Node};

use crate::primitives::problem::Problem;

/// An element, seen by what its children are called.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a>(Node<'a, 'a>);

impl<'a> Element<'a> {
    pub(crate) fn root(document: &'a Document<'a>) -> Self {
        Self(document.root_element())
    }

    pub(crate) fn name(&self) -> &'a str {
        self.0.tag_name().name()
    }

    pub(crate) fn namespace(&self) -> &'a str {
        self.0.tag_name().namespace().unwrap_or_default()
    }

    /// The one child of that local name, in any namespace.
    pub(crate) fn child(&self, name: &str) -> Result<Option<Self>, Problem> {
        let named = |child: &Node<'_, '_>| child.is_element() && child.tag_name().name() == name;
        let mut found = self.0.children().filter(named);
        let first = found.next();
        match found.next() {
            Some(_) => Err(Problem(format!(
                "has two `{name}` elements in the same parent"
            ))),
            None => Ok(first.map(Self)),
        }
    }

    /// All children of that local name, in any namespace.
    pub(crate) fn children<'n>(&self, name: &'n str) -> impl Iterator<Item = Self> + use<'a, 'n> {
        let named = move |child: &Node<'_, '_>| child.tag_name().name() == name;
        self.0
            .children()
            .filter(Node::is_element)
            .filter(named)
            .map(Self)
    }

    pub(crate) fn required_child(&self, name: &str) -> Result<Self, Problem> {
        self.child(name)?
            .ok_or_else(|| Problem(format!("has no element `{name}`")))
    }

    fn own_text(&self) -> Result<String, Problem> {
        // Large enough at once, because a text that outgrows its memory leaves a copy behind.
        let pieces = self.0.children().filter_map(|child| child.text());
        let mut whole = String::with_capacity(pieces.map(str::len).sum());
        for child in self.0.children() {
            if child.is_element() {
                let name = self.name();
                return Err(Problem(format!(
                    "has an element inside the text of `{name}`"
                )));
            }
            // A comment splits a text in two.
            if let Some(text) = child.text().filter(|_| child.is_text()) {
                whole.push_str(text);
            }
        }
        Ok(whole)
    }

    /// The text of a child that may be missing.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Problem> {
        self.child(name)?.map(|child| child.own_text()).transpose()
    }

    /// The text of a child that must be there, and say something.
    pub(crate) fn required(&self, name: &str) -> Result<String, Problem> {
        let text = self.required_child(name)?.own_text()?;
        if text.is_empty() {
            return Err(Problem(format!("has an empty element `{name}`")));
        }
        Ok(text)
    }
}
