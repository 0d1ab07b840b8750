"""The page with <sms-code> of an application, as a browser shows it."""

from chromium import Chromium
from journey import Application
from visitor import wrong

FIELD = "document.querySelector('sms-code').shadowRoot.getElementById('{}')"
ALERT = "document.querySelector('form [role=alert]').textContent"


class Page(Application):
    """The form at `page` registers a number."""

    page = "/register/"
    ready = "true"

    def fills_in(self, browser, field, value):
        """Types something into a field of <sms-code>."""
        field = FIELD.format(field)
        browser.do(f"{field}.value = '{value}'")
        browser.do(f"{field}.dispatchEvent(new Event('input', {{ bubbles: true }}))")

    def submits(self, browser, code):
        """Gives a code, and sends the form."""
        self.fills_in(browser, "sms_code", code)
        browser.do("document.querySelector('form button').click()")

    def test_the_page_registers_a_number(self):
        mobile = self.visitor.mobile
        for key in self.redis.client.keys("img_*"):
            self.redis.client.delete(key)
        with Chromium() as browser:
            browser.visit(self.url + self.page)
            browser.wait_for(f"{FIELD.format('image')}.naturalWidth")
            browser.wait_for(self.ready)
            (name,) = self.redis.client.keys("img_*")
            self.fills_in(browser, "mobile", mobile)
            self.fills_in(browser, "image_code", self.redis.client.get(name))
            browser.do(f"{FIELD.format('send')}.click()")
            browser.wait_for("document.querySelector('sms-code').stage === 'sent'")
            self.sees_sent(browser, mobile)
            code = self.code(self.visitor)
            self.submits(browser, wrong(code))
            complaint = browser.wait_for(ALERT)
            self.assertEqual(complaint, "输入短信验证码有误，还可以试4次")
            browser.wait_for(f"{FIELD.format('mobile')}.value === '{mobile}'")
            self.submits(browser, code)
            browser.wait_for("document.body.innerText.includes('注册成功')")

    def sees_sent(self, browser, mobile):
        """What the application itself shows when a code is on its way."""
