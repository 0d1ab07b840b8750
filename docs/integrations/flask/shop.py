"""A shop where people register with their number."""

from flask import Flask, render_template, request

from sms_codes import SmsServer
from sms_codes_blueprint import sms_codes_blueprint


def create_app(url="http://127.0.0.1:8100", timeout=10):
    server = SmsServer(url, timeout)
    app = Flask(__name__)
    app.register_blueprint(sms_codes_blueprint(server))
    accounts = set()

    @app.get("/register/")
    def page():
        return render_template("register.html")

    @app.post("/register/")
    def register():
        mobile, sms_code = request.form["mobile"], request.form["sms_code"]
        # What else may be wrong comes first: a right code counts once.
        if mobile in accounts:
            return {"code": 400, "errmsg": "手机号已注册"}, 400
        server.check(mobile, sms_code)
        accounts.add(mobile)
        return {"code": 0, "mobile": mobile}, 201

    return app
