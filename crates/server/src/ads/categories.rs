//! What ads are sorted into: a tree that is read often and changes seldom.

use std::collections::HashMap;
use std::sync::Arc;

use praca_api::ads::{Category, CategoryNames};
use sea_orm::{EntityTrait as _, QueryOrder as _};

use super::Ads;
use super::entity::categories::{Column, Entity, Model};
use crate::error::Result;

/// Every category, those above others first.
#[derive(Debug)]
pub struct Tree {
    categories: Vec<Category>,
    by_slug: HashMap<String, usize>,
}

impl Tree {
    fn of(rows: Vec<Model>) -> Self {
        let categories: Vec<Category> = rows.into_iter().map(Category::from).collect();
        let by_slug = categories.iter().enumerate().map(|(at, category)| (category.slug.clone(), at)).collect();
        Self { categories, by_slug }
    }

    /// Every category, in the order of its place.
    pub fn all(&self) -> &[Category] {
        &self.categories
    }

    /// The one of a slug.
    pub fn get(&self, slug: &str) -> Option<&Category> {
        self.by_slug.get(slug).and_then(|at| self.categories.get(*at))
    }

    /// Whether nothing is part of it: ads are sorted into such alone.
    pub fn is_leaf(&self, slug: &str) -> bool {
        !self.categories.iter().any(|category| category.parent.as_deref() == Some(slug))
    }

    /// A category and all it is part of.
    pub fn with_those_above(&self, slug: &str) -> Vec<String> {
        let mut slugs = vec![slug.to_owned()];
        let mut parent = self.get(slug).and_then(|category| category.parent.clone());
        while let Some(slug) = parent.filter(|slug| !slugs.contains(slug)) {
            parent = self.get(&slug).and_then(|category| category.parent.clone());
            slugs.push(slug);
        }
        slugs
    }

    /// A category and all that is part of it.
    pub fn with_parts(&self, slug: &str) -> Vec<String> {
        let mut slugs = vec![slug.to_owned()];
        let mut at = 0;
        while let Some(parent) = slugs.get(at).cloned() {
            let parts = self.categories.iter().filter(|category| category.parent.as_ref() == Some(&parent));
            let parts: Vec<String> = parts.map(|category| category.slug.clone()).collect();
            slugs.extend(parts.into_iter().filter(|part| !slugs.contains(part)).collect::<Vec<_>>());
            at += 1;
        }
        slugs
    }
}

impl From<Model> for Category {
    fn from(row: Model) -> Self {
        Self {
            slug: row.slug,
            parent: row.parent,
            names: CategoryNames { pt_br: row.name_pt, en: row.name_en, es: row.name_es },
            days: u32::try_from(row.days).unwrap_or_default(),
        }
    }
}

impl Ads {
    /// The categories as they are now.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn categories(&self) -> Result<Arc<Tree>> {
        let load = async {
            let rows = Entity::find().order_by_asc(Column::Position).order_by_asc(Column::Slug);
            Ok(Arc::new(Tree::of(rows.all(self.0.base.db.read()).await?)))
        };
        self.0.tree.get_or_load((), load).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(slug: &str, parent: Option<&str>) -> Model {
        let name = || slug.to_owned();
        let parent = parent.map(str::to_owned);
        Model { slug: name(), parent, position: 0, name_pt: name(), name_en: name(), name_es: name(), days: 30 }
    }

    #[test]
    fn a_category_is_found_with_what_is_part_of_it() {
        let tree = Tree::of(vec![
            row("casa", None),
            row("moveis", Some("casa")),
            row("sofas", Some("moveis")),
            row("moda", None),
        ]);
        assert_eq!(tree.with_parts("casa"), ["casa", "moveis", "sofas"]);
        assert_eq!(tree.with_parts("moda"), ["moda"]);
        assert_eq!(tree.with_those_above("sofas"), ["sofas", "moveis", "casa"]);
        assert!(tree.is_leaf("sofas") && tree.is_leaf("moda") && !tree.is_leaf("casa"));
        assert_eq!(tree.get("moveis").unwrap().parent.as_deref(), Some("casa"));
        assert!(tree.get("nada").is_none());
    }
}
