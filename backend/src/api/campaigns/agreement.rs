use super::find;
use crate::{
    aggregation,
    api::{
        extract::{Admin, Path},
        problem::Problem,
        types::Account,
    },
    app::AppState,
};
use alloy::primitives::{Address, B256};
use axum::{Json, extract::State};
use label_quality::{
    Labels,
    agreement::{Metric, krippendorff_alpha},
    preferences::{Answer, Reliability, reliabilities},
};
use serde::Serialize;
use std::collections::BTreeMap;
use storage::app::{epochs, preferences};
use utoipa::ToSchema;

/// How far a campaign's answers agree. Estimates: nothing here decides what anybody is paid.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Agreement {
    /// Answers A, B and tie of all epochs; skips are none
    pub n_answers: u64,
    /// Krippendorff's alpha: 1 perfect, 0 chance; null while no task has two answers
    pub alpha: Option<f64>,
    pub labelers: Vec<LabelerReliability>,
}

/// How a labeler's answers go with those of the others.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LabelerReliability {
    pub labeler: Account,
    pub n_answers: u64,
    pub n_ties: u64,
    /// Estimated probability to say A where A is better, in basis points
    pub right_on_a_bps: u32,
    /// Estimated probability to say B where B is better, in basis points
    pub right_on_b_bps: u32,
}

/// How far a campaign's labelers agree, and how each of them errs
#[utoipa::path(get, path = "/campaigns/{id}/agreement", tag = "campaigns", operation_id = "getAgreement",
    security(("accessToken" = [])), params(("id" = i64, Path)),
    responses((status = 200, body = Agreement), (status = "default", body = Problem)))]
pub async fn get_agreement(
    State(state): State<AppState>,
    _: Admin,
    Path(id): Path<i64>,
) -> Result<Json<Agreement>, Problem> {
    let mut conn = state.pool.acquire().await?;
    find(&mut conn, id).await?;
    let mut answers = Vec::new();
    for epoch in epochs::list(&mut conn).await?.into_iter().filter(|epoch| epoch.campaign_id == id) {
        let preferences = preferences::list_by_epoch(&mut conn, epoch.epoch).await?;
        answers.extend(preferences.into_iter().map(|p| (p.task_id, p.labeler, p.choice)));
    }
    drop(conn);
    let described = tokio::task::spawn_blocking(|| describe(&aggregation::rows(answers))).await;
    Ok(Json(described.expect("the estimate of well-formed answers does not panic")))
}

fn describe(rows: &[(B256, Address, Answer)]) -> Agreement {
    let mut counts: BTreeMap<_, (u64, u64)> = BTreeMap::new();
    for (_, labeler, answer) in rows {
        let (all, ties) = counts.entry(*labeler).or_default();
        *all += 1;
        *ties += u64::from(*answer == Answer::Tie);
    }
    let bps = |probability: f64| (probability * 10_000.0).round() as u32;
    let describe = |found: Reliability<Address>| {
        let (n_answers, n_ties) = counts[&found.labeler];
        LabelerReliability {
            labeler: Account(found.labeler),
            n_answers,
            n_ties,
            right_on_a_bps: bps(found.right_on_a),
            right_on_b_bps: bps(found.right_on_b),
        }
    };
    Agreement {
        n_answers: rows.len() as u64,
        alpha: Labels::new(rows).ok().and_then(|labels| krippendorff_alpha(&labels, Metric::Nominal)),
        labelers: reliabilities(rows).into_iter().map(describe).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreement_is_counted_and_a_labeler_who_differs_is_seen() {
        assert_eq!(describe(&[]).alpha, None);
        let rows: Vec<_> = (0..30u8)
            .flat_map(|task| {
                let (truth, other) =
                    if task % 2 == 0 { (Answer::A, Answer::B) } else { (Answer::B, Answer::A) };
                [(1, truth), (2, truth), (3, truth), (4, if task == 0 { Answer::Tie } else { other })]
                    .map(|(labeler, answer)| (B256::repeat_byte(task), Address::repeat_byte(labeler), answer))
            })
            .collect();
        let agreement = describe(&rows);
        assert_eq!((agreement.n_answers, agreement.labelers.len()), (120, 4));
        assert!(agreement.alpha.unwrap().abs() < 0.2);
        let [.., honest, contrary] = agreement.labelers.as_slice() else { panic!("four labelers") };
        assert!(honest.right_on_a_bps > 9_000 && honest.right_on_b_bps > 9_000, "{honest:?}");
        assert!(contrary.right_on_a_bps < 5_000 && contrary.right_on_b_bps < 5_000, "{contrary:?}");
        assert_eq!((contrary.n_answers, contrary.n_ties), (30, 1));
    }
}
