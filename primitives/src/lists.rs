//! Lists whose entries are kept by their position, from 0 in the order in which they were added.

/// The first position below `count` for which `holds` does not hold, or `count`; `holds` is true of a beginning of the list and of
/// nothing behind it. Asks once for each time that `count` can be halved.
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
