//! Which contents have which leaf, so that a peer can be served that names a leaf by its digest alone.

use crate::dag::ContentRoot;
use std::{
    collections::{BTreeSet, HashMap},
    ops::Bound,
};

/// How many places of one leaf are told: enough to pass by a few that are corrupt.
const PLACES_MAX: usize = 8;

/// A leaf in a content. 40 bytes; the tree of all takes about 55 KiB for each GiB of contents.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    digest: [u8; 32],
    content: u32,
    leaf: u32,
}

/// The leaves of all finished contents. Kept in memory and rebuilt from the root blocks when the vault is opened, so
/// that no crash can leave it wrong.
#[derive(Default)]
pub(crate) struct LeafIndex {
    contents: Vec<Option<ContentRoot>>,
    unused: Vec<u32>,
    numbers: HashMap<ContentRoot, u32>,
    places: BTreeSet<Place>,
}

impl LeafIndex {
    /// Adds a content. Does nothing if it is there.
    pub(crate) fn insert(&mut self, root: ContentRoot, leaves: &[[u8; 32]]) {
        if self.numbers.contains_key(&root) {
            return;
        }
        let content = self.unused.pop().unwrap_or_else(|| {
            self.contents.push(None);
            (self.contents.len() - 1) as u32
        });
        if let Some(known) = self.contents.get_mut(content as usize) {
            *known = Some(root);
        }
        self.numbers.insert(root, content);
        self.places.extend((0u32..).zip(leaves).map(|(leaf, digest)| Place { digest: *digest, content, leaf }));
    }

    /// Takes a content out. Without its `leaves` (its root block is damaged) all places are looked through.
    pub(crate) fn remove(&mut self, root: ContentRoot, leaves: Option<&[[u8; 32]]>) {
        let Some(content) = self.numbers.remove(&root) else { return };
        if let Some(known) = self.contents.get_mut(content as usize) {
            *known = None;
        }
        match leaves {
            Some(leaves) => {
                for (leaf, digest) in (0u32..).zip(leaves) {
                    self.places.remove(&Place { digest: *digest, content, leaf });
                }
            }
            None => self.places.retain(|place| place.content != content),
        }
        self.unused.push(content);
    }

    /// How many leaves there are.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Some places where this leaf is.
    pub(crate) fn places(&self, digest: &[u8; 32]) -> Vec<(ContentRoot, u32)> {
        let first = Place { digest: *digest, content: 0, leaf: 0 };
        let last = Place { digest: *digest, content: u32::MAX, leaf: u32::MAX };
        self.places
            .range((Bound::Included(first), Bound::Included(last)))
            .filter_map(|place| Some(((*self.contents.get(place.content as usize)?)?, place.leaf)))
            .take(PLACES_MAX)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ContentRoot = ContentRoot([0xa; 32]);
    const B: ContentRoot = ContentRoot([0xb; 32]);

    #[test]
    fn a_leaf_of_two_contents_stays_when_one_goes() {
        let mut index = LeafIndex::default();
        index.insert(A, &[[1; 32], [2; 32], [1; 32]]);
        index.insert(B, &[[2; 32]]);
        assert_eq!(index.places(&[1; 32]), [(A, 0), (A, 2)]);
        assert_eq!(index.places(&[2; 32]), [(A, 1), (B, 0)]);
        index.remove(A, Some(&[[1; 32], [2; 32], [1; 32]]));
        assert!(index.places(&[1; 32]).is_empty());
        assert_eq!(index.places(&[2; 32]), [(B, 0)]);
        index.insert(A, &[[3; 32]]);
        assert_eq!(index.contents.len(), 2);
        index.remove(A, None);
        assert!(index.places(&[3; 32]).is_empty());
    }
}
