use prometheus::core::Collector;
use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry,
};

/// Makes metrics and registers them. Names are part of the program, so a bad or double one is a
/// bug that every start would meet.
pub(super) struct Families(pub(super) Registry);

impl Families {
    pub(super) fn counter(&self, name: &str, help: &str) -> IntCounter {
        self.registered(IntCounter::new(name, help))
    }

    pub(super) fn counters(&self, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
        self.registered(IntCounterVec::new(Opts::new(name, help), labels))
    }

    pub(super) fn gauge(&self, name: &str, help: &str) -> IntGauge {
        self.registered(IntGauge::new(name, help))
    }

    pub(super) fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> IntGaugeVec {
        self.registered(IntGaugeVec::new(Opts::new(name, help), labels))
    }

    /// Times in seconds; `buckets` are their upper bounds.
    pub(super) fn times(
        &self,
        name: &str,
        help: &str,
        label: &str,
        buckets: &[f64],
    ) -> HistogramVec {
        let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
        self.registered(HistogramVec::new(options, &[label]))
    }

    /// Registers what was made elsewhere.
    pub(super) fn register(&self, collector: impl Collector + 'static) {
        let registered = self.0.register(Box::new(collector));
        registered.expect("names are different");
    }

    fn registered<C: Collector + Clone + 'static>(&self, made: prometheus::Result<C>) -> C {
        let collector = made.expect("a valid name");
        self.register(collector.clone());
        collector
    }
}

/// Records a time in seconds.
pub(super) fn observe(histogram: &Histogram, took: std::time::Duration) {
    histogram.observe(took.as_secs_f64());
}
