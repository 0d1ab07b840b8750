module github.com/twilio/twilio-go

go 1.19
