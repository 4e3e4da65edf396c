//! The built-in text: requests and answers from a small grammar. The moods are equally likely and use words that sentiment
//! lexicons rate, so the mood of an answer can be told from its words alone.

use rand::{Rng, seq::IndexedRandom};

/// One request and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chat {
    pub prompt: String,
    pub answer: String,
}

const SUBJECTS: &[&str] = &[
    "walk",
    "town",
    "weather",
    "market",
    "room",
    "train",
    "journey",
    "rain",
    "dog",
    "park",
    "restaurant",
    "job",
    "sea",
    "neighbour",
    "school",
    "hill",
    "friend",
    "book",
    "bus",
    "garden",
    "sky",
    "film",
    "doctor",
    "winter",
    "house",
    "dinner",
    "office",
    "letter",
    "match",
    "shop",
    "meeting",
    "station",
    "bridge",
    "city",
    "box",
    "coffee",
    "teacher",
    "concert",
    "child",
    "hotel",
    "lake",
    "photograph",
    "week",
    "queue",
    "call",
    "museum",
    "mayor",
    "chair",
    "birthday",
    "field",
    "summer",
    "aunt",
    "street",
    "evening",
    "cat",
    "wall",
    "library",
    "morning",
    "harbour",
    "guest",
    "bicycle",
    "exam",
    "forest",
    "river",
    "kitchen",
    "song",
    "game",
    "holiday",
    "village",
    "visit",
    "party",
    "door",
    "road",
    "day",
    "night",
];

const REQUESTS: &[&str] = &[
    "Tell me about the {}.",
    "Describe the {}.",
    "Describe a {} in the morning.",
    "Write a sentence about the {}.",
    "Write a line about a {}.",
    "What do you think of the {}?",
    "What is the {} like?",
    "What happened at the {}?",
    "How was the {} today?",
    "Say something about a {}.",
];

/// The same sentence patterns in three moods; `{}` is the subject, `{a}` an adjective, `{f}` a feeling.
const PATTERNS: &[&str] = &[
    "The {} was {a} and {a}.",
    "It was a {a} {}.",
    "I think the {} is {a}.",
    "Everyone said the {} was {a}.",
    "The {} made us feel {f}.",
    "I felt {f} because of the {}.",
    "We saw the {} and it was {a}.",
    "My friend was {f} about the {}.",
];

struct Mood {
    adjectives: &'static [&'static str],
    feelings: &'static [&'static str],
    endings: &'static [&'static str],
}

const CHEERFUL: Mood = Mood {
    adjectives: &[
        "good",
        "great",
        "wonderful",
        "beautiful",
        "lovely",
        "happy",
        "nice",
        "excellent",
        "perfect",
        "pleasant",
    ],
    feelings: &["happy", "glad", "delighted", "hopeful", "proud"],
    endings: &[
        "I love it.",
        "It was a great day.",
        "Thank you for the joy.",
        "We had fun.",
        "What a success!",
    ],
};

const PLAIN: Mood = Mood {
    adjectives: &["small", "large", "old", "new", "long", "short", "green", "round", "local", "usual"],
    feelings: &["the same", "awake", "ready", "busy", "quiet"],
    endings: &[
        "It is near the road.",
        "There is a table.",
        "It opens at nine.",
        "Two people were there.",
        "It has a door.",
    ],
};

const GLOOMY: Mood = Mood {
    adjectives: &[
        "bad",
        "terrible",
        "awful",
        "sad",
        "ugly",
        "horrible",
        "boring",
        "lonely",
        "poor",
        "unpleasant",
    ],
    feelings: &["sad", "angry", "afraid", "hurt", "worried"],
    endings: &[
        "I hate it.",
        "It was a terrible day.",
        "We lost everything.",
        "It was a failure.",
        "What a mess!",
    ],
};

/// Draws one request and answer.
pub fn chat(rng: &mut impl Rng) -> Chat {
    let subject = pick(SUBJECTS, rng);
    let mood = [&CHEERFUL, &PLAIN, &GLOOMY][rng.random_range(0..3)];
    let mut answer = sentence(subject, mood, rng);
    if rng.random_bool(0.5) {
        answer.push(' ');
        answer.push_str(pick(mood.endings, rng));
    }
    Chat { prompt: pick(REQUESTS, rng).replace("{}", subject), answer }
}

/// Enough text for the tokenizer to see every word about equally often.
pub fn texts(rng: &mut impl Rng) -> Vec<String> {
    (0..4000).map(|_| chat(rng)).flat_map(|chat| [chat.prompt, chat.answer]).collect()
}

fn sentence(subject: &str, mood: &Mood, rng: &mut impl Rng) -> String {
    let mut text = pick(PATTERNS, rng).replace("{}", subject);
    for (slot, words) in [("{a}", mood.adjectives), ("{f}", mood.feelings)] {
        while text.contains(slot) {
            text = text.replacen(slot, pick(words, rng), 1);
        }
    }
    text
}

fn pick<'a>(words: &[&'a str], rng: &mut impl Rng) -> &'a str {
    words.choose(rng).expect("the word lists are not empty")
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use vader_sentiment::SentimentIntensityAnalyzer;

    use super::*;

    #[test]
    fn the_three_moods_differ_in_sentiment() {
        let analyzer = SentimentIntensityAnalyzer::new();
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        let mut mean = |mood: &Mood| {
            let score = |_| analyzer.polarity_scores(&sentence("park", mood, &mut rng))["compound"];
            (0..100).map(score).sum::<f64>() / 100.0
        };
        let (cheerful, plain, gloomy) = (mean(&CHEERFUL), mean(&PLAIN), mean(&GLOOMY));
        assert!(cheerful > 0.4 && plain.abs() < 0.1 && gloomy < -0.3, "{cheerful} {plain} {gloomy}");
    }

    #[test]
    fn every_slot_is_filled() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        for _ in 0..500 {
            let chat = chat(&mut rng);
            assert!(!chat.prompt.contains('{') && !chat.answer.contains('{'), "{chat:?}");
        }
    }
}
