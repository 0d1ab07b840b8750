"""Whether a code counts: asked of the service, or looked up in its Redis as before.

Both return if it does, and raise Refused or Unavailable if it does not. It is used up with that, so call
them when everything else is right.
"""

import hmac

from django.conf import settings
from django_redis import get_redis_connection
from redis.exceptions import RedisError

from sms_codes import UNAVAILABLE, Refused, SmsServer, Unavailable


def sms_server():
    return SmsServer(settings.SMS_SERVER_URL, settings.SMS_SERVER_TIMEOUT_S)


def check_with_service(mobile, sms_code):
    """The service counts wrong codes, and gives up a code after five."""
    sms_server().check(mobile, sms_code)


def check_in_redis(mobile, sms_code):
    """Nobody counts wrong codes: only where something else stops who guesses."""
    try:
        redis = get_redis_connection("verify_codes")
        real = redis.get(f"sms_{mobile}")
        if real is None:
            raise Refused({"code": 400, "errmsg": "短信验证码失效", "outcome": "code_missing"})
        if not hmac.compare_digest(real, sms_code.encode()):
            raise Refused({"code": 400, "errmsg": "输入短信验证码有误", "outcome": "code_mismatch"})
        # Of two requests with the same code, one removes it.
        if not redis.delete(f"sms_{mobile}"):
            raise Refused({"code": 400, "errmsg": "短信验证码失效", "outcome": "code_missing"})
    except RedisError:
        raise Unavailable(UNAVAILABLE) from None
