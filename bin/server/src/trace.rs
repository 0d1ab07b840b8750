use std::cell::{Cell, RefCell};
use std::sync::Arc;

use actix_web::{HttpMessage, HttpRequest};

use crate::metrics::Answered;
use crate::reply::Failure;
use crate::request_id::RequestId;

/// What is known of a request besides HTTP, kept with it from its head to its line in the log.
pub(crate) struct Trace {
    id: RequestId,
    answered: Cell<Option<Answered>>,
    failure: RefCell<Option<Failure>>,
}

impl Trace {
    /// A request came in.
    pub(crate) fn new(id: RequestId) -> Self {
        Self {
            id,
            answered: Cell::new(None),
            failure: RefCell::new(None),
        }
    }

    /// The name of a request, for what is not told of HTTP.
    pub(crate) fn name_of(request: &HttpRequest) -> Option<Arc<str>> {
        let extensions = request.extensions();
        extensions.get::<Self>().map(|trace| trace.id.shared())
    }

    /// How the request is answered, and why it could not be carried out.
    pub(crate) fn tell(&self, answered: Answered, failure: Option<Failure>) {
        self.answered.set(Some(answered));
        self.failure.replace(failure);
    }

    /// How the request is answered, if the answer has a shape of ours.
    pub(crate) fn answered(&self) -> Option<Answered> {
        self.answered.get()
    }

    /// Why the request could not be carried out.
    pub(crate) fn failure(&self) -> Option<String> {
        let failure = self.failure.borrow();
        failure.as_ref().map(|Failure(text)| text.clone())
    }
}
