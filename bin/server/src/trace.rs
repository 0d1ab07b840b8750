use std::cell::{Cell, RefCell};
use std::sync::Arc;

use actix_web::{HttpMessage, HttpRequest};
use sms_core::Message;

use crate::reply::Failure;
use crate::request_id::RequestId;

/// What is known of a request besides HTTP, kept with it from its head to its line in the log.
pub(crate) struct Trace {
    id: RequestId,
    message: Cell<Option<Message>>,
    failure: RefCell<Option<Failure>>,
}

impl Trace {
    /// A request came in.
    pub(crate) fn new(id: RequestId) -> Self {
        Self {
            id,
            message: Cell::new(None),
            failure: RefCell::new(None),
        }
    }

    /// The name of a request, for what is not told of HTTP.
    pub(crate) fn name_of(request: &HttpRequest) -> Option<Arc<str>> {
        let extensions = request.extensions();
        extensions.get::<Self>().map(|trace| trace.id.shared())
    }

    /// How the request is answered, and why it could not be carried out.
    pub(crate) fn tell(&self, message: Message, failure: Option<Failure>) {
        self.message.set(Some(message));
        self.failure.replace(failure);
    }

    /// What the answer says, if it has the shape of ours.
    pub(crate) fn message(&self) -> Option<Message> {
        self.message.get()
    }

    /// Why the request could not be carried out.
    pub(crate) fn failure(&self) -> Option<String> {
        let failure = self.failure.borrow();
        failure.as_ref().map(|Failure(text)| text.clone())
    }
}
