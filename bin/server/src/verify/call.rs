use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::HeaderName;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use sms_core::{AccountSid, AddressBlock, ServiceSid};
use sms_service::{Repeatable, ServicePolicy, Verifications};

use super::VerifyFace;
use super::caller::Caller;
use super::links::Links;
use super::parameters::Parameters;
use super::problem::Problem;
use super::problem_reply::ProblemReply;
use crate::config::Right;
use crate::face::Face;
use crate::rate_limit::RateLimit;
use crate::trace::Trace;

/// How a caller names a request that may come again (draft-ietf-httpapi-idempotency-key-header).
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
static IDEMPOTENCY_HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// The longest such name, in bytes.
const LONGEST_KEY: usize = 255;

/// A request to this face by a caller who has shown who it is.
pub(crate) struct Call {
    request: HttpRequest,
    face: web::Data<Face>,
    /// Who calls.
    pub(crate) caller: Arc<Caller>,
}

impl Call {
    /// The use cases.
    pub(crate) fn engine(&self) -> &Verifications {
        &self.verify().verifications
    }

    /// The account that the caller speaks for.
    pub(crate) fn account(&self) -> AccountSid {
        self.verify().account
    }

    /// Where the caller is.
    pub(crate) fn address(&self) -> AddressBlock {
        self.face.client(&self.request)
    }

    /// What may be told of the limits of numbers for a service, where there is a slot again in `wait`.
    pub(crate) fn limits(&self, service: ServiceSid, wait: Duration) -> RateLimit {
        let limits = self.verify().limits(service);
        limits.map(|limits| limits.after(wait)).unwrap_or_default()
    }

    /// What makes this request the same as another for `service` with this form, if its caller has
    /// given it a name.
    ///
    /// # Errors
    ///
    /// The name is too long, or has other characters than may be.
    pub(crate) fn repeatable(
        &self,
        service: ServiceSid,
        form: &Parameters,
    ) -> Result<Option<Repeatable>, ProblemReply> {
        let Some(key) = self.request.headers().get(&IDEMPOTENCY_HEADER) else {
            return Ok(None);
        };
        let key = key.to_str().ok();
        let key = key.filter(|key| (1..=LONGEST_KEY).contains(&key.len()));
        let key = key.ok_or_else(|| ProblemReply::parameter(IDEMPOTENCY_KEY))?;
        let mut content = service.to_string();
        for (name, value) in form.pairs() {
            // Neither of them has a zero byte that could be mistaken for this one.
            content.extend(["\0", name, "\0", value]);
        }
        Ok(Some(Repeatable {
            name: format!("{} {key}", self.account()),
            content,
        }))
    }

    /// The name of the request in the log.
    pub(crate) fn trace(&self) -> Option<Arc<str>> {
        Trace::name_of(&self.request)
    }

    /// Makes the links of the answer.
    pub(crate) fn links(&self) -> Links {
        let public_url = self.verify().public_url.as_deref();
        Links::new(public_url, &self.face.proxies, &self.request)
    }

    /// The parameters in the query.
    pub(crate) fn query(&self) -> Parameters {
        Parameters::of_query(&self.request)
    }

    /// The parameters in the body.
    ///
    /// # Errors
    ///
    /// The body is too large or too slow.
    pub(crate) async fn form(&self, payload: web::Payload) -> Result<Parameters, ProblemReply> {
        Parameters::of_form(&self.request, payload).await
    }

    /// The service that a path names, for a caller that has one of these rights.
    ///
    /// # Errors
    ///
    /// There is no such service, or none that the caller is for; or it may not do this.
    pub(crate) fn service(
        &self,
        sid: &str,
        rights: &[Right],
    ) -> Result<&ServicePolicy, ProblemReply> {
        let sid = super::sid(sid)?;
        let service = self.verify().service(sid);
        let service = service.filter(|_| self.caller.is_for(sid));
        let service = service.ok_or(Problem::NotFound)?;
        self.allow(rights)?;
        Ok(service)
    }

    /// Lets a caller go on that has one of these rights.
    ///
    /// # Errors
    ///
    /// It has none of them.
    pub(crate) fn allow(&self, rights: &[Right]) -> Result<(), ProblemReply> {
        match self.caller.has_any(rights) {
            true => Ok(()),
            false => Err(Problem::Forbidden.into()),
        }
    }

    /// The same for what all services share: a caller that is for some of them alone has no say in it.
    ///
    /// # Errors
    ///
    /// It has none of the rights, or is not for all services.
    pub(crate) fn allow_for_all(&self, rights: &[Right]) -> Result<(), ProblemReply> {
        match self.caller.services() {
            None => self.allow(rights),
            Some(_) => Err(Problem::Forbidden.into()),
        }
    }

    fn verify(&self) -> &VerifyFace {
        verify(&self.face)
    }
}

impl FromRequest for Call {
    type Error = ProblemReply;
    type Future = Ready<Result<Self, ProblemReply>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = request.extensions().get::<Arc<Caller>>().cloned();
        ready(match caller {
            Some(caller) => Ok(Self {
                request: request.clone(),
                face: face(request).clone(),
                caller,
            }),
            // Nobody comes here but past the guard, which leaves the caller there.
            None => Err(Problem::Unauthenticated.into()),
        })
    }
}

/// What every handler needs.
pub(super) fn face(request: &HttpRequest) -> &web::Data<Face> {
    let face = request.app_data::<web::Data<Face>>();
    face.expect("every worker has the face")
}

/// What those of this face need.
pub(super) fn verify(face: &Face) -> &VerifyFace {
    let verify = face.verify.as_ref();
    verify.expect("the paths of this face are there with it alone")
}
