//! What of one sequence stays in another.

/// So many pairs are compared to find the fewest changes; beyond, what comes first is taken.
const MOST_COMPARED: usize = 4_000_000;

/// Aligns two sequences so that the sum of the weights of what stands together is the greatest.
///
/// `weight` is given a place of each, and `most` tells what one of the old weighs beside its like.
pub(super) fn align(
    old: usize,
    new: usize,
    weight: &dyn Fn(usize, usize) -> usize,
    most: &dyn Fn(usize) -> usize,
) -> Vec<Option<usize>> {
    let is_sure = |old: usize, new: usize| {
        let weight = weight(old, new);
        weight > 0 && weight == most(old)
    };
    let mut pairs = vec![None; old];
    let (mut start, mut old_end, mut new_end) = (0, old, new);
    while start < old && start < new && is_sure(start, start) {
        pairs[start] = Some(start);
        start += 1;
    }
    while old_end > start && new_end > start && is_sure(old_end - 1, new_end - 1) {
        (old_end, new_end) = (old_end - 1, new_end - 1);
        pairs[old_end] = Some(new_end);
    }
    let (rows, columns) = (old_end - start, new_end - start);
    let weight = |row: usize, column: usize| weight(start + row, start + column);
    if rows.saturating_mul(columns) > MOST_COMPARED {
        let mut next = 0;
        for row in 0..rows {
            if let Some(column) = (next..columns).find(|column| weight(row, *column) > 0) {
                pairs[start + row] = Some(start + column);
                next = column + 1;
            }
        }
        return pairs;
    }
    let at = |row: usize, column: usize| row * (columns + 1) + column;
    let mut best = vec![0; at(rows, columns) + 1];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            let together = match weight(row, column) {
                0 => 0,
                own => own + best[at(row + 1, column + 1)],
            };
            best[at(row, column)] = together.max(best[at(row + 1, column)]).max(best[at(row, column + 1)]);
        }
    }
    let (mut row, mut column) = (0, 0);
    while row < rows && column < columns {
        let own = weight(row, column);
        if own > 0 && best[at(row, column)] == own + best[at(row + 1, column + 1)] {
            pairs[start + row] = Some(start + column);
            (row, column) = (row + 1, column + 1);
        } else if best[at(row, column)] == best[at(row + 1, column)] {
            row += 1;
        } else {
            column += 1;
        }
    }
    pairs
}
