//! Documents of any length in rows of one length.

use tch::{Device, Kind, Tensor};

/// A stretch of a document in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Which document.
    pub document: usize,
    /// First token.
    pub start: usize,
    /// Token after the last; a piece has two at least, of which all but the first are predicted.
    pub end: usize,
}

/// Packs the documents of `order` one after the other into rows of at most `row_length` tokens.
///
/// `lengths`: tokens of each document. One that does not fit goes on in the next row, where its last token stands again as the
/// context of the next: every token of a document but its first is predicted exactly once.
pub fn pack(lengths: &[usize], order: &[usize], row_length: usize) -> Vec<Vec<Piece>> {
    let mut rows: Vec<Vec<Piece>> = Vec::new();
    let mut room = 0;
    for &document in order {
        let (mut start, n) = (0, lengths[document]);
        while n - start.min(n) >= 2 {
            if room < 2 {
                rows.push(Vec::new());
                room = row_length;
            }
            let end = n.min(start + room);
            rows.last_mut().expect("a row was pushed when there was none").push(Piece {
                document,
                start,
                end,
            });
            room -= end - start;
            start = if end == n { n } else { end - 1 };
        }
    }
    rows
}

/// Packed rows as tensors.
#[derive(Debug)]
pub struct Packed {
    /// `[B, T]` int64.
    pub token_ids: Tensor,
    /// Place of each token in its piece, `[B, T]` int64.
    pub positions: Tensor,
    /// Number of each token's piece in its row, `[B, T]` int64; tokens of different pieces do not see each other.
    pub pieces: Tensor,
    /// `[N]`: flat positions in `[B · T]` of the states that predict a token.
    pub predictors: Tensor,
    /// `[N]`: the tokens.
    pub targets: Tensor,
}

impl Packed {
    /// Rows of `width` tokens each. What is left of a row is a piece of its own that predicts nothing.
    pub fn new(documents: &[Vec<i64>], rows: &[Vec<Piece>], width: usize, device: Device) -> Self {
        let (mut token_ids, mut positions, mut pieces) = (Vec::new(), Vec::new(), Vec::new());
        let (mut predictors, mut targets) = (Vec::new(), Vec::new());
        for row in rows {
            for (number, piece) in (0i64..).zip(row) {
                let tokens = &documents[piece.document][piece.start..piece.end];
                let first = token_ids.len() as i64;
                predictors.extend(first..first + tokens.len() as i64 - 1);
                targets.extend_from_slice(&tokens[1..]);
                token_ids.extend_from_slice(tokens);
                positions.extend(0..tokens.len() as i64);
                pieces.extend(tokens.iter().map(|_| number));
            }
            let left = width - row.iter().map(|piece| piece.end - piece.start).sum::<usize>();
            token_ids.extend((0..left).map(|_| 0));
            positions.extend(0..left as i64);
            pieces.extend((0..left).map(|_| row.len() as i64));
        }
        let vector = |numbers: &[i64]| Tensor::from_slice(numbers).to_device(device);
        let grid = |numbers: &[i64]| vector(numbers).view([rows.len() as i64, width as i64]);
        Self {
            token_ids: grid(&token_ids),
            positions: grid(&positions),
            pieces: grid(&pieces),
            predictors: vector(&predictors),
            targets: vector(&targets),
        }
    }

    /// Which tokens each token sees, those of its piece up to itself: `[B, 1, T, T]` bool.
    pub fn visible(&self) -> Tensor {
        let width = self.pieces.size()[1];
        let same = self.pieces.unsqueeze(2).eq_tensor(&self.pieces.unsqueeze(1));
        let before = Tensor::ones([width, width], (Kind::Bool, self.pieces.device())).tril(0);
        same.logical_and(&before).unsqueeze(1)
    }
}

/// Tokens that the rows predict.
pub fn n_targets(rows: &[Vec<Piece>]) -> usize {
    rows.iter().flatten().map(|piece| piece.end - piece.start - 1).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_but_the_first_of_its_document_is_predicted_once() {
        let lengths = [5, 1, 23, 2, 0, 9, 8];
        for row_length in [2, 3, 8, 16, 64] {
            let order = [2, 0, 1, 6, 5, 4, 3];
            let rows = pack(&lengths, &order, row_length);
            let mut predicted = Vec::new();
            for row in &rows {
                assert!(row.iter().map(|piece| piece.end - piece.start).sum::<usize>() <= row_length);
                predicted.extend(
                    row.iter().flat_map(|piece| (piece.start + 1..piece.end).map(|i| (piece.document, i))),
                );
            }
            assert_eq!(predicted.len(), n_targets(&rows));
            predicted.sort_unstable();
            let expected =
                (0..lengths.len()).flat_map(|document| (1..lengths[document]).map(move |i| (document, i)));
            assert_eq!(predicted, expected.collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_token_sees_its_own_piece_up_to_itself() {
        let documents = vec![vec![5, 6, 7], vec![8, 9]];
        let rows = pack(&[3, 2], &[0, 1], 8);
        let packed = Packed::new(&documents, &rows, 8, Device::Cpu);
        assert_eq!(Vec::<i64>::try_from(packed.positions.view(-1)).unwrap(), [0, 1, 2, 0, 1, 0, 1, 2]);
        assert_eq!(Vec::<i64>::try_from(&packed.predictors).unwrap(), [0, 1, 3]);
        assert_eq!(Vec::<i64>::try_from(&packed.targets).unwrap(), [6, 7, 9]);
        let seen = packed.visible().sum_dim_intlist([3].as_slice(), false, Kind::Int64).view(-1);
        assert_eq!(Vec::<i64>::try_from(seen).unwrap(), [1, 2, 3, 1, 2, 1, 2, 3]);
    }
}
