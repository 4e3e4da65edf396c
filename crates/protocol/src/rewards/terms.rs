//! The numbers that an epoch is paid by, fixed when it opens.

use crate::labels::{MAX_BLOCKS, MAX_ROSTER};
use alloy_primitives::{B256, U256};
use serde::{Deserialize, Serialize};

/// Pays per label stay below this, so that the raw pays of the largest epoch add up below 2^112.
const PAY_LIMIT: u128 = 1 << 72;

/// Terms that a campaign gives to each of its epochs. Amounts in wei, as decimal strings in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CampaignTerms {
    /// Most that the epoch pays in all; pays are scaled down to it.
    #[serde(with = "crate::decimal")]
    pub budget: U256,
    /// Per valid label; below 2^72.
    #[serde(with = "crate::decimal")]
    pub base_pay: u128,
    /// Per valid label at a score of 1e18; below 2^72.
    #[serde(with = "crate::decimal")]
    pub alpha_pay: u128,
    /// Slots of a seat, 1 to 256.
    pub block_slots: u16,
    /// Of them answered by the whole block; even, because they are split in halves.
    pub overlap_slots: u16,
    /// Of the others, how many have an answer known beforehand, unique to the seat.
    pub gold_slots: u16,
    /// With fewer valid common slots: base pay only.
    pub min_overlap: u16,
    /// With fewer labelers in the block: base pay only.
    pub min_roster: u16,
}

/// Least terms of an epoch, as `ILabelEpochs.Floors`: where the rule was measured to pay honest work best
/// (`docs/mechanism.md`). A deployment's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Floors {
    /// Of [`CampaignTerms::overlap_slots`].
    pub overlap_slots: u16,
    /// Of [`CampaignTerms::min_overlap`].
    pub min_overlap: u16,
    /// Of [`CampaignTerms::gold_slots`].
    pub gold_slots: u16,
    /// Of [`CampaignTerms::min_roster`].
    pub min_roster: u16,
    /// Of [`CampaignTerms::alpha_pay`], in basis points of `base_pay`.
    pub alpha_bps: u16,
}

/// The terms of one epoch, as `ILabelEpochs.Terms`. JSON: one flat object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EpochTerms {
    /// The campaign's part.
    #[serde(flatten)]
    pub campaign: CampaignTerms,
    /// [`crate::labels::block_count`] of the gold tree; zero when there is no gold.
    pub gold_blocks: u32,
    /// Root of [`crate::labels::gold_tree`]; zero when there is no gold.
    pub gold_root: B256,
    /// [`super::secret_hash`] of the operator's secret.
    pub secret_hash: B256,
    /// `CampaignManifest::hash`.
    pub campaign_hash: B256,
}

/// A term that the contract would refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is out of bounds")]
pub struct TermsError(
    /// Name of the field.
    pub &'static str,
);

impl CampaignTerms {
    /// Check the bounds that `LabelEpochs.open` checks.
    ///
    /// # Errors
    /// The first field that is out of bounds.
    pub fn check(&self) -> Result<(), TermsError> {
        let free = self.block_slots.saturating_sub(self.overlap_slots);
        require(!self.budget.is_zero(), "budget")?;
        require(self.base_pay < PAY_LIMIT, "basePay")?;
        require(self.alpha_pay < PAY_LIMIT, "alphaPay")?;
        require((1..=256).contains(&self.block_slots), "blockSlots")?;
        require(
            self.overlap_slots <= self.block_slots && self.overlap_slots.is_multiple_of(2),
            "overlapSlots",
        )?;
        require(self.gold_slots <= free, "goldSlots")?;
        require(self.min_overlap <= self.overlap_slots, "minOverlap")?;
        require(usize::from(self.min_roster) <= MAX_ROSTER, "minRoster")
    }

    /// Check the floors that `LabelEpochs.open` checks.
    ///
    /// # Errors
    /// The first field that is below its floor.
    pub fn check_floors(&self, floors: &Floors) -> Result<(), TermsError> {
        require(self.overlap_slots >= floors.overlap_slots, "overlapSlots")?;
        require(self.min_overlap >= floors.min_overlap, "minOverlap")?;
        require(self.gold_slots >= floors.gold_slots, "goldSlots")?;
        require(self.min_roster >= floors.min_roster, "minRoster")?;
        let [base, alpha] = [self.base_pay, self.alpha_pay].map(U256::from);
        require(alpha * U256::from(10_000) >= base * U256::from(floors.alpha_bps), "alphaPay")
    }
}

impl EpochTerms {
    /// Check the bounds that `LabelEpochs.open` checks.
    ///
    /// # Errors
    /// The first field that is out of bounds.
    pub fn check(&self) -> Result<(), TermsError> {
        self.campaign.check()?;
        let no_gold = self.campaign.gold_slots == 0;
        require(no_gold == (self.gold_blocks == 0) && self.gold_blocks <= MAX_BLOCKS, "goldBlocks")?;
        require(no_gold == self.gold_root.is_zero(), "goldRoot")?;
        require(!self.secret_hash.is_zero(), "secretHash")?;
        require(!self.campaign_hash.is_zero(), "campaignHash")
    }
}

fn require(condition: bool, field: &'static str) -> Result<(), TermsError> {
    if condition { Ok(()) } else { Err(TermsError(field)) }
}

#[cfg(test)]
pub(crate) fn example() -> CampaignTerms {
    CampaignTerms {
        budget: U256::from(10).pow(U256::from(24)),
        base_pay: 1_000_000_000_000_000_000,
        alpha_pay: 4_000_000_000_000_000_000,
        block_slots: 256,
        overlap_slots: 64,
        gold_slots: 16,
        min_overlap: 48,
        min_roster: 12,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epoch_terms_are_one_flat_object() {
        let terms = EpochTerms {
            campaign: example(),
            gold_blocks: 2,
            gold_root: B256::repeat_byte(1),
            secret_hash: B256::repeat_byte(2),
            campaign_hash: B256::repeat_byte(3),
        };
        let json = serde_json::to_value(&terms).unwrap();
        assert_eq!(json["basePay"], "1000000000000000000");
        assert_eq!(json["goldRoot"], B256::repeat_byte(1).to_string());
        assert_eq!(serde_json::from_value::<EpochTerms>(json).unwrap(), terms);
        assert_eq!(terms.check(), Ok(()));

        type Mutation = fn(&mut EpochTerms);
        let mutations: [(Mutation, &str); 5] = [
            (|t| t.gold_blocks = 0, "goldBlocks"),
            (|t| t.gold_blocks = MAX_BLOCKS + 1, "goldBlocks"),
            (|t| t.gold_root = B256::ZERO, "goldRoot"),
            (|t| (t.campaign.gold_slots, t.gold_root) = (0, B256::ZERO), "goldBlocks"),
            (|t| (t.campaign.gold_slots, t.gold_blocks) = (0, 0), "goldRoot"),
        ];
        for (mutate, field) in mutations {
            let mut terms = terms.clone();
            mutate(&mut terms);
            assert_eq!(terms.check(), Err(TermsError(field)));
        }
    }

    #[test]
    fn names_the_field_that_is_out_of_bounds() {
        type Mutation = fn(&mut CampaignTerms);
        let mutations: [(Mutation, &str); 8] = [
            (|t| t.budget = U256::ZERO, "budget"),
            (|t| t.base_pay = PAY_LIMIT, "basePay"),
            (|t| t.alpha_pay = PAY_LIMIT, "alphaPay"),
            (|t| t.block_slots = 257, "blockSlots"),
            (|t| t.overlap_slots = 63, "overlapSlots"),
            (|t| t.gold_slots = 193, "goldSlots"),
            (|t| t.min_overlap = 65, "minOverlap"),
            (|t| t.min_roster = 33, "minRoster"),
        ];
        for (mutate, field) in mutations {
            let mut terms = example();
            mutate(&mut terms);
            assert_eq!(terms.check(), Err(TermsError(field)));
        }
    }
    #[test]
    fn terms_at_the_floors_pass_and_terms_below_are_named() {
        let terms = example();
        let floors =
            Floors { overlap_slots: 64, min_overlap: 48, gold_slots: 16, min_roster: 12, alpha_bps: 40_000 };
        assert_eq!(terms.check_floors(&floors), Ok(()));
        assert_eq!(terms.check_floors(&Floors::default()), Ok(()));

        type Mutation = fn(&mut CampaignTerms);
        let mutations: [(Mutation, &str); 6] = [
            (|t| t.overlap_slots -= 1, "overlapSlots"),
            (|t| t.min_overlap -= 1, "minOverlap"),
            (|t| t.gold_slots -= 1, "goldSlots"),
            (|t| t.min_roster -= 1, "minRoster"),
            (|t| t.alpha_pay -= 1, "alphaPay"),
            (|t| t.base_pay += 1, "alphaPay"),
        ];
        for (mutate, field) in mutations {
            let mut terms = terms.clone();
            mutate(&mut terms);
            assert_eq!(terms.check_floors(&floors), Err(TermsError(field)));
        }
        let largest = CampaignTerms { base_pay: u128::MAX, alpha_pay: u128::MAX, ..terms };
        let steep = Floors { alpha_bps: u16::MAX, ..floors };
        assert_eq!(largest.check_floors(&floors), Err(TermsError("alphaPay")), "no overflow");
        assert_eq!(largest.check_floors(&steep), Err(TermsError("alphaPay")), "no overflow");
    }
}
