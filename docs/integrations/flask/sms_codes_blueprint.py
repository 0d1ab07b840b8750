"""Pictures, sends and checks for a Flask application. This file is to be copied, with sms_codes.py."""

from flask import Blueprint, Response, request

from sms_codes import Refused, Unavailable, segment, unavailable


def sms_codes_blueprint(server):
    """Routes that pass on to the service; and what to answer if `server.check` raises, in any view."""
    blueprint = Blueprint("sms_codes", __name__)

    @blueprint.get("/image_codes/<uuid>/")
    def image_code(uuid):
        return pass_on(f"/image_codes/{segment(uuid)}/")

    @blueprint.get("/sms_codes/<mobile>/")
    def sms_code(mobile):
        return pass_on(f"/sms_codes/{segment(mobile)}/")

    @blueprint.get("/sms-code.js")
    def component():
        return pass_on("/sms-code.js")

    def pass_on(path):
        return response(server.forward(
            path,
            method=request.method,  # a HEAD must not become a GET, which would send
            query=request.query_string.decode("latin-1"),
            peer=request.remote_addr,
            forwarded_for=request.headers.get("X-Forwarded-For", ""),
        ))

    @blueprint.app_errorhandler(Refused)
    def refused(error):
        return error.answer, 400

    @blueprint.app_errorhandler(Unavailable)
    def nobody_knows(error):
        return response(unavailable(error.answer))

    return blueprint


def response(answer):
    return Response(answer.body, answer.status, answer.headers)
