//! What of one sequence stays in another.

/// So many pairs are compared to find the fewest changes; beyond, what comes first is taken.
const MOST_COMPARED: usize = 4_000_000;

/// Aligns two sequences so that the sum of the weights of what stands together is the greatest.
pub(super) fn align<T>(old: &[T], new: &[T], weight: impl Fn(&T, &T) -> usize) -> Vec<Option<usize>> {
    let is_sure = |(old, new): &(&T, &T)| weight(old, new) > 0 && weight(old, new) == weight(old, old);
    let start = old.iter().zip(new).take_while(is_sure).count();
    let end = old[start..].iter().rev().zip(new[start..].iter().rev()).take_while(is_sure).count();
    let (rows, columns) = (old.len() - start - end, new.len() - start - end);
    let weight = |row: usize, column: usize| weight(&old[start + row], &new[start + column]);

    let mut pairs = vec![None; old.len()];
    pairs[..start].iter_mut().enumerate().for_each(|(at, pair)| *pair = Some(at));
    (old.len() - end..old.len()).for_each(|at| pairs[at] = Some(at + new.len() - old.len()));
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
