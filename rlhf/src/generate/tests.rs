//! Behaviour of batched generation on a small random model.

use super::*;
use crate::model::test_model;

fn options(samples: usize) -> GenerateOptions {
    let sampler = Sampler { seed: 11, ..Sampler::default() };
    GenerateOptions { sampler, samples, max_new_tokens: 12, ..GenerateOptions::default() }
}

fn prompts() -> Vec<Vec<i64>> {
    vec![vec![3, 9, 4], vec![7], vec![5, 6, 7, 8, 9, 10, 11]]
}

#[test]
fn the_same_seed_gives_the_same_completions_and_another_seed_others() {
    let model = test_model(1);
    let first = generate(&model, &prompts(), &options(3)).unwrap();
    assert_eq!(first, generate(&model, &prompts(), &options(3)).unwrap());
    let mut other = options(3);
    other.sampler.seed = 12;
    assert_ne!(first, generate(&model, &prompts(), &other).unwrap());
}

#[test]
fn a_completion_does_not_depend_on_the_rows_beside_it() {
    let model = test_model(1);
    let together = generate(&model, &prompts(), &options(3)).unwrap();
    for max_rows in [1, 2, 4] {
        let split = generate(&model, &prompts(), &GenerateOptions { max_rows, ..options(3) }).unwrap();
        let ids = |all: &[Completion]| {
            all.iter().map(|c| (c.prompt, c.sample, c.token_ids.clone())).collect::<Vec<_>>()
        };
        assert_eq!(ids(&split), ids(&together), "{max_rows} rows at a time");
    }
    let alone = GenerateOptions { first_prompt: 2, ..options(3) };
    let last = generate(&model, &prompts()[2..], &alone).unwrap();
    assert_eq!(last[1].token_ids, together[7].token_ids);
}

#[test]
fn workers_sample_what_one_thread_samples() {
    let model = test_model(1);
    let ids = |workers| {
        let options = GenerateOptions { workers, max_rows: 2, ..options(3) };
        generate(&model, &prompts(), &options).unwrap().into_iter().map(|c| c.token_ids).collect::<Vec<_>>()
    };
    assert_eq!(ids(2), ids(1));
}

#[test]
fn a_stop_id_ends_the_row_and_is_kept_as_its_last_token() {
    let model = test_model(1);
    let free = generate(&model, &prompts(), &options(1)).unwrap();
    let stop = free[0].token_ids[4];
    let mut stopping = options(1);
    stopping.sampler.stop_ids = vec![stop];
    let stopped = &generate(&model, &prompts(), &stopping).unwrap()[0];
    let end = free[0].token_ids.iter().position(|&id| id == stop).unwrap();
    assert_eq!(stopped.token_ids, free[0].token_ids[..=end]);
    assert_eq!((stopped.finish_reason, stopped.text_ids()), (FinishReason::Stop, &free[0].token_ids[..end]));
}

#[test]
fn logprobs_are_those_of_a_full_pass() {
    let model = test_model(1);
    for completion in generate(&model, &prompts(), &options(1)).unwrap() {
        let prompt = &prompts()[completion.prompt];
        let row: Vec<i64> = prompt.iter().chain(&completion.token_ids).copied().collect();
        let (ids, _) = pad([row.as_slice()].into_iter(), Device::Cpu);
        let logprobs = model.logits(&model.forward(&ids, Adapters::On)).log_softmax(-1, tch::Kind::Float);
        for (i, &token_id) in completion.token_ids.iter().enumerate() {
            let full = logprobs.double_value(&[0, (prompt.len() + i - 1) as i64, token_id]);
            assert!((full - f64::from(completion.logprobs[i])).abs() < 1e-5);
        }
    }
}

#[test]
fn the_callback_can_stop_one_row() {
    let model = test_model(1);
    let mut seen = 0;
    let completions = generate_each(&model, &prompts(), &options(1), &mut |sampled| {
        seen += usize::from(sampled.prompt == 1);
        if sampled.prompt == 1 && seen == 3 { Flow::Stop } else { Flow::Continue }
    })
    .unwrap();
    assert_eq!((completions[1].token_ids.len(), completions[1].finish_reason), (3, FinishReason::Cancelled));
    assert_eq!(completions[2].token_ids.len(), 12);
}

#[test]
fn the_context_limits_a_long_prompt_and_what_does_not_fit_is_refused() {
    let model = test_model(1);
    let room = model.max_positions() as usize;
    let completions = generate(&model, &[vec![5; room - 2]], &options(1)).unwrap();
    assert_eq!((completions[0].token_ids.len(), completions[0].finish_reason), (2, FinishReason::Length));
    let error = |prompt| generate(&model, &[prompt], &options(1)).unwrap_err();
    assert_eq!(error(vec![]), GenerateError::EmptyPrompt { index: 0 });
    assert!(matches!(error(vec![5; room]), GenerateError::PromptTooLong { .. }));
    assert!(matches!(error(vec![1_000_000]), GenerateError::UnknownToken { .. }));
}
