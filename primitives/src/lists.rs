//! Lists that only grow, kept in leaves of so many entries, by the leaf's number from 0: a page of the list reads two leaves or
//! three by their keys, where an index by entry would be walked through from one to the next.

use sp_core::{bounded::BoundedVec, ConstU32};

/// How many entries a leaf holds.
pub const LEAF: u32 = 64;

/// Entries of a list, in the order in which they were added.
pub type Leaf<Entry> = BoundedVec<Entry, ConstU32<LEAF>>;

/// The first number below `count` for which `holds` does not hold, or `count`; `holds` is true of a beginning of the list and of
/// nothing behind it. Asks once for each time that `count`
/// can be halved.
pub fn partition_point(count: u32, holds: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_point_is_that_of_a_slice() {
        for count in [0u32, 1, 2, 3, 8, 33] {
            let list: Vec<u32> = (0..count).collect();
            for point in 0..=count {
                let expected = list.partition_point(|entry| *entry < point) as u32;
                assert_eq!(partition_point(count, |position| position < point), expected);
            }
        }
    }

    #[test]
    fn the_longest_list_is_asked_at_most_32_times() {
        let asked = core::cell::Cell::new(0);
        let point = partition_point(u32::MAX, |position| {
            asked.set(asked.get() + 1);
            position < u32::MAX - 1
        });
        assert_eq!(point, u32::MAX - 1);
        assert!(asked.get() <= 32);
    }
}
