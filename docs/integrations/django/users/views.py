from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.views.generic import FormView

from sms_codes import Unavailable, unavailable

from .forms import RegistrationForm


class Registration(FormView):
    """Makes an account for a number, which `check` must find to be the visitor's."""

    template_name = "users/register.html"
    form_class = RegistrationForm
    check = None

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "check": self.check}

    def post(self, request, *arguments, **named):
        try:
            return super().post(request, *arguments, **named)
        except Unavailable as error:
            answer = unavailable(error.answer)
            return HttpResponse(answer.body, status=answer.status, headers=answer.headers)

    def form_valid(self, form):
        user = User.objects.create_user(form.cleaned_data["mobile"])
        login(self.request, user)
        return HttpResponse("注册成功", status=201)
