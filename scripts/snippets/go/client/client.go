// Package client stands in for that of Twilio's SDK: as much of it as the documentation uses.
package client

import (
	"net/http"
	"net/url"
	"strings"
)

// Credentials are what a client shows.
type Credentials struct{ Username, Password string }

// NewCredentials makes some.
func NewCredentials(username, password string) *Credentials {
	return &Credentials{Username: username, Password: password}
}

// BaseClient is what the SDK sends requests with.
type BaseClient interface {
	AccountSid() string
	SendRequest(method, url string, data url.Values) (*http.Response, error)
}

// Client is that of the SDK.
type Client struct {
	*Credentials
	HTTPClient *http.Client
	accountSid string
}

// SetAccountSid names the account.
func (c *Client) SetAccountSid(sid string) { c.accountSid = sid }

// AccountSid is its name.
func (c *Client) AccountSid() string { return c.accountSid }

// SendRequest sends a form.
func (c *Client) SendRequest(method, url string, data url.Values) (*http.Response, error) {
	request, err := http.NewRequest(method, url, strings.NewReader(data.Encode()))
	if err != nil {
		return nil, err
	}
	request.SetBasicAuth(c.Username, c.Password)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.HTTPClient.Do(request)
}
