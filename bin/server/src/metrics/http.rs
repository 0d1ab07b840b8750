use std::cell::OnceCell;
use std::time::Instant;

use prometheus::{Histogram, HistogramVec, IntCounter, IntCounterVec, IntGauge};
use sms_core::Message;

use super::families::{Families, observe};
use crate::verify::Problem;

/// From a cached answer to a provider that takes its time, in seconds.
const BUCKETS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// Requests to the public listener.
pub(crate) struct HttpMetrics {
    requests: IntCounterVec,
    duration: HistogramVec,
    in_flight: IntGauge,
    abandoned: IntCounter,
}

impl HttpMetrics {
    pub(super) fn new(families: &Families) -> Self {
        let metrics = Self {
            requests: families.counters(
                "sms_http_requests_total",
                "Answered requests to the public listener by route and outcome.",
                &["route", "outcome"],
            ),
            duration: families.times(
                "sms_http_request_duration_seconds",
                "Time from the head of a request to the head of its answer.",
                "route",
                &BUCKETS,
            ),
            in_flight: families.gauge(
                "sms_http_requests_in_flight",
                "Requests whose answer has not begun.",
            ),
            abandoned: families.counter(
                "sms_http_requests_abandoned_total",
                "Requests whose clients hung up before the answer.",
            ),
        };
        // The first of these is a reason for an alarm, and must be a change.
        for route in ["/image_codes/{uuid}", "/sms_codes/{mobile}"] {
            let labels = [route, Message::Overloaded.name()];
            metrics.requests.with_label_values(&labels);
        }
        metrics
    }

    /// Those of one route, for one worker: each of its threads has its own.
    pub(crate) fn of_route(&self, route: &'static str) -> RouteMeter {
        RouteMeter {
            route,
            requests: self.requests.clone(),
            duration: self.duration.with_label_values(&[route]),
            counters: [const { OnceCell::new() }; Answered::COUNT],
        }
    }

    /// A request came in.
    pub(crate) fn begin(&self) -> UnderWay<'_> {
        self.in_flight.inc();
        UnderWay {
            metrics: self,
            started: Instant::now(),
            is_answered: false,
        }
    }
}

/// A request whose answer has not begun. If this is dropped before, its client hung up.
pub(crate) struct UnderWay<'a> {
    metrics: &'a HttpMetrics,
    started: Instant,
    is_answered: bool,
}

impl UnderWay<'_> {
    /// When the request came in.
    pub(crate) fn started(&self) -> Instant {
        self.started
    }

    /// The answer to a request of that route begins.
    pub(crate) fn answered(self, route: &RouteMeter, outcome: Answered) {
        route.counter(outcome).inc();
        observe(&route.duration, self.started.elapsed());
        self.end();
    }

    /// The answer to a request begins whose route has no meter of its own.
    pub(crate) fn answered_elsewhere(self, route: &str, outcome: Answered) {
        let HttpMetrics {
            requests, duration, ..
        } = self.metrics;
        let duration = duration.with_label_values(&[route]);
        requests.with_label_values(&[route, outcome.name()]).inc();
        observe(&duration, self.started.elapsed());
        self.end();
    }

    fn end(mut self) {
        self.is_answered = true;
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.metrics.in_flight.dec();
        if !self.is_answered {
            self.metrics.abandoned.inc();
        }
    }
}

/// How a request was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answered {
    /// In the shape of all answers.
    Said(Message),
    /// In that of what the Verify face refuses.
    Refused(Problem),
    /// With something else that was asked for, such as a picture.
    Ok,
    /// With an error of the HTTP library.
    Error,
}

impl Answered {
    const COUNT: usize = Message::ALL.len() + Problem::ALL.len() + 2;

    /// The value of the label.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Said(message) => message.name(),
            Self::Refused(problem) => problem.entry().name,
            Self::Ok => "ok",
            Self::Error => "error",
        }
    }

    fn index(self) -> usize {
        match self {
            Self::Said(message) => message as usize,
            Self::Refused(problem) => Message::ALL.len() + problem as usize,
            Self::Ok => Self::COUNT - 2,
            Self::Error => Self::COUNT - 1,
        }
    }
}

/// The requests to one route. A series is looked up when it is first counted in, and no more.
pub(crate) struct RouteMeter {
    route: &'static str,
    duration: Histogram,
    requests: IntCounterVec,
    counters: [OnceCell<IntCounter>; Answered::COUNT],
}

impl RouteMeter {
    /// The route as logs and metrics name it.
    pub(crate) fn route(&self) -> &'static str {
        self.route
    }

    fn counter(&self, outcome: Answered) -> &IntCounter {
        self.counters[outcome.index()].get_or_init(|| {
            let labels = [self.route, outcome.name()];
            self.requests.with_label_values(&labels)
        })
    }
}
