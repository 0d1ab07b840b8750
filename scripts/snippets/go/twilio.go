// Package twilio stands in for Twilio's SDK: as much of it as the documentation uses.
package twilio

import (
	"net/http"
	"net/url"

	"github.com/twilio/twilio-go/client"
)

// ClientParams say how to make a client.
type ClientParams struct{ Client client.BaseClient }

// RestClient is the client.
type RestClient struct{ client client.BaseClient }

// NewRestClientWithParams makes one.
func NewRestClientWithParams(params ClientParams) *RestClient {
	return &RestClient{params.Client}
}

// CreateVerification asks for a code as the SDK does; gives the status of the answer.
func (r *RestClient) CreateVerification(service, to string) (int, error) {
	form := url.Values{"To": {to}, "Channel": {"sms"}}
	path := "https://verify.twilio.com/v2/Services/" + service + "/Verifications"
	response, err := r.client.SendRequest(http.MethodPost, path, form)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}
