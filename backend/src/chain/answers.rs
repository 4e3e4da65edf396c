//! What was shown on demand. The referee's events hold only hashes of the leaves, so the openings are taken out of the
//! transactions that carried them, also where another contract passed them on.
use super::{ChainHandle, DemandedTree, ReadError};
use alloy::{
    primitives::{Address, B256, U256},
    providers::Provider,
    rpc::types::{Filter, Log},
    sol_types::{SolCall, SolEvent},
    transports::{RpcError, TransportErrorKind},
};
use bindings::EpochReferee::{self, OpeningAnswered, OpeningDemanded};
use protocol::{
    Epoch, GoldWord, LabelWord,
    labels::MAX_ROSTER,
    rewards::{
        PayoutLeaf, RawPay,
        openings::{GoldOpening, LabelOpening, PayoutOpening},
    },
};
use serde_json::{Value, json};

/// Blocks of one look at the logs: public nodes refuse long ranges.
const LOG_RANGE: u64 = 9_000;

/// Openings that were shown for an epoch. Whether one is of a tree that is committed now is the reader's to check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    pub payouts: Vec<PayoutOpening>,
    pub labels: Vec<LabelOpening>,
    pub gold: Vec<GoldOpening>,
    /// Answers whose leaf could not be found in what the node tells about their transaction.
    pub n_lost: usize,
}

impl ChainHandle {
    /// Everything that was shown for an epoch since `from_block`.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn answers(&self, epoch: u64, from_block: u64) -> Result<Answers, ReadError> {
        let mut answers = Answers::default();
        for log in self.referee_logs(OpeningAnswered::SIGNATURE_HASH, epoch, from_block).await? {
            let Ok(event) = OpeningAnswered::decode_log(&log.inner) else { continue };
            if !self.find_opening(&log, &event, &mut answers).await? {
                answers.n_lost += 1;
            }
        }
        Ok(answers)
    }

    /// How many openings of an epoch an account has demanded since `from_block`.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn count_demands(&self, epoch: u64, by: Address, from_block: u64) -> Result<u32, ReadError> {
        let logs = self.referee_logs(OpeningDemanded::SIGNATURE_HASH, epoch, from_block).await?;
        let theirs = logs.iter().filter_map(|log| OpeningDemanded::decode_log(&log.inner).ok());
        Ok(theirs.filter(|event| event.challenger == by).count().try_into().unwrap_or(u32::MAX))
    }

    async fn referee_logs(&self, event: B256, epoch: u64, from_block: u64) -> Result<Vec<Log>, ReadError> {
        let head = self.head().await?.number;
        let mut logs = Vec::new();
        for start in (from_block..=head).step_by(LOG_RANGE as usize) {
            let filter = Filter::new()
                .address(self.deployment.contracts.epoch_referee)
                .event_signature(event)
                .topic1(U256::from(epoch))
                .from_block(start)
                .to_block((start + LOG_RANGE - 1).min(head));
            let found = self.provider.get_logs(&filter).await;
            logs.extend(found.map_err(|source| ReadError::Rpc { what: "the referee's events", source })?);
        }
        Ok(logs)
    }

    /// Look into the transaction, and where it was not sent to the referee itself, into the calls that it made.
    async fn find_opening(
        &self,
        log: &Log,
        event: &OpeningAnswered,
        answers: &mut Answers,
    ) -> Result<bool, ReadError> {
        let rpc = |source| ReadError::Rpc { what: "the transaction of an answer", source };
        let Some(hash) = log.transaction_hash else { return Ok(false) };
        let transaction: Option<Value> =
            self.provider.raw_request("eth_getTransactionByHash".into(), (hash,)).await.map_err(rpc)?;
        let input = transaction.as_ref().and_then(|transaction| bytes(&transaction["input"]));
        if input.is_some_and(|input| take(&input, event, answers)) {
            return Ok(true);
        }
        let tracer = json!({"tracer": "callTracer"});
        let trace: Result<Value, RpcError<TransportErrorKind>> =
            self.provider.raw_request("debug_traceTransaction".into(), (hash, tracer)).await;
        // Many nodes do not serve traces.
        Ok(trace.is_ok_and(|trace| take_from_trace(&trace, event, answers)))
    }
}

fn take_from_trace(call: &Value, event: &OpeningAnswered, answers: &mut Answers) -> bool {
    bytes(&call["input"]).is_some_and(|input| take(&input, event, answers))
        || call["calls"]
            .as_array()
            .is_some_and(|calls| calls.iter().any(|call| take_from_trace(call, event, answers)))
}

fn bytes(value: &Value) -> Option<Vec<u8>> {
    alloy::hex::decode(value.as_str()?).ok()
}

/// Find the opening whose leaf the event names, at whatever place of the input it stands.
fn take(input: &[u8], event: &OpeningAnswered, answers: &mut Answers) -> bool {
    let epoch = Epoch(event.epoch);
    match tree(event.tree) {
        DemandedTree::Payouts => {
            let found = calls::<EpochReferee::answerPayoutCall>(input).map(|call| PayoutOpening {
                index: call.leaf.index,
                leaf: PayoutLeaf {
                    account: call.leaf.account,
                    cumulative: call.leaf.cumulative,
                    running_total: call.leaf.runningTotal,
                    raw_pay: RawPay {
                        position: call.pay.position,
                        raw: call.pay.raw,
                        running_raw: call.pay.runningRaw,
                    },
                },
                proof: call.leaf.proof,
            });
            push(&mut answers.payouts, found, |found| found.leaf.hash() == event.leaf)
        }
        DemandedTree::Labels => {
            let found = calls::<EpochReferee::answerLabelCall>(input).map(|call| {
                let (position, word) = (call.label.position, call.label.word);
                let word = LabelWord {
                    answers: word.answers,
                    valid: word.valid,
                    ..LabelWord::new(block(position), seat(position), word.labeler)
                };
                let word = (!word.labeler.is_zero()).then_some(word);
                LabelOpening { position, word, proof: call.label.proof }
            });
            let leaf = |found: &LabelOpening| found.word.map_or(B256::ZERO, |word| word.leaf(epoch));
            push(&mut answers.labels, found, |found| leaf(found) == event.leaf)
        }
        DemandedTree::Gold => {
            let position = event.index;
            let found = calls::<EpochReferee::answerGoldCall>(input).map(|call| {
                let (answers, tasks_hash) = (call.gold.answers, call.gold.tasksHash);
                let word = GoldWord { block: block(position), seat: seat(position), answers, tasks_hash };
                let word = (!tasks_hash.is_zero()).then_some(word);
                GoldOpening { position, word, proof: call.gold.proof }
            });
            let leaf = |found: &GoldOpening| found.word.map_or(B256::ZERO, |word| word.leaf());
            push(&mut answers.gold, found, |found| leaf(found) == event.leaf)
        }
    }
}

/// Every place of the input that reads as a call.
fn calls<C: SolCall>(input: &[u8]) -> impl Iterator<Item = C> {
    let places = input.windows(4).enumerate().filter(|(_, window)| *window == C::SELECTOR);
    places.filter_map(|(at, _)| C::abi_decode_raw(&input[at + 4..]).ok())
}

fn push<T>(list: &mut Vec<T>, mut found: impl Iterator<Item = T>, is_it: impl Fn(&T) -> bool) -> bool {
    let found = found.find(is_it);
    let is_found = found.is_some();
    list.extend(found);
    is_found
}

/// `IEpochReferee.Tree`.
pub(super) fn tree(number: u8) -> DemandedTree {
    match number {
        0 => DemandedTree::Labels,
        1 => DemandedTree::Payouts,
        _ => DemandedTree::Gold,
    }
}

fn block(position: u32) -> u32 {
    position / MAX_ROSTER as u32
}

fn seat(position: u32) -> u32 {
    position % MAX_ROSTER as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use bindings::IEpochReferee;

    #[test]
    fn an_opening_is_found_in_a_call_that_another_contract_passed_on() {
        let leaf = PayoutLeaf {
            account: Address::repeat_byte(1),
            cumulative: U256::from(2),
            running_total: U256::from(3),
            raw_pay: RawPay { position: 4, raw: U256::from(5), running_raw: U256::from(6) },
        };
        let call = EpochReferee::answerPayoutCall {
            epoch: 9,
            leaf: IEpochReferee::PayoutOpening {
                index: 7,
                account: leaf.account,
                cumulative: leaf.cumulative,
                runningTotal: leaf.running_total,
                rawPayHash: leaf.raw_pay.hash(),
                proof: vec![B256::repeat_byte(8)],
            },
            pay: EpochReferee::RawPay {
                position: leaf.raw_pay.position,
                raw: leaf.raw_pay.raw,
                runningRaw: leaf.raw_pay.running_raw,
            },
        };
        let event =
            OpeningAnswered { epoch: 9, responder: Address::ZERO, tree: 1, index: 7, leaf: leaf.hash() };
        let wrapped = [&[1, 2, 3][..], &call.abi_encode(), &[0; 29]].concat();
        let opening = PayoutOpening { index: 7, leaf, proof: vec![B256::repeat_byte(8)] };
        let mut answers = Answers::default();
        assert!(take(&wrapped, &event, &mut answers));
        assert_eq!(answers.payouts, std::slice::from_ref(&opening));

        let trace =
            json!({"input": "0x", "calls": [{"input": alloy::hex::encode_prefixed(call.abi_encode())}]});
        assert!(take_from_trace(&trace, &event, &mut answers));
        let other = OpeningAnswered { leaf: B256::ZERO, ..event };
        assert!(!take(&wrapped, &other, &mut answers));
        assert_eq!(answers.payouts, [opening.clone(), opening]);
    }
}
