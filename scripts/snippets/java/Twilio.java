// Stands in for Twilio's SDK: as much of it as the documentation uses.

enum HttpMethod { GET, POST, DELETE }

class Request {
    private final HttpMethod method;
    private final String url;
    private final Map<String, List<String>> query = new HashMap<>(), post = new HashMap<>(), headers = new HashMap<>();
    private String username, password;

    public Request(final HttpMethod method, final String url) {
        this.method = method;
        this.url = url;
    }

    public HttpMethod getMethod() { return method; }
    public String getUrl() { return url; }
    public void setAuth(final String username, final String password) { this.username = username; this.password = password; }
    public String getUsername() { return username; }
    public String getPassword() { return password; }
    public Map<String, List<String>> getQueryParams() { return query; }
    public Map<String, List<String>> getPostParams() { return post; }
    public Map<String, List<String>> getHeaderParams() { return headers; }
    public void addQueryParam(final String name, final String value) { add(query, name, value); }
    public void addPostParam(final String name, final String value) { add(post, name, value); }
    public void addHeaderParam(final String name, final String value) { add(headers, name, value); }

    private static void add(final Map<String, List<String>> all, final String name, final String value) {
        all.computeIfAbsent(name, any -> new ArrayList<>()).add(value);
    }
}

record Response(int status) { }

abstract class HttpClient {
    public abstract Response makeRequest(final Request request);
}

class NetworkHttpClient extends HttpClient {
    @Override
    public Response makeRequest(final Request request) {
        final var form = new StringJoiner("&");
        request.getPostParams().forEach((name, all) -> all.forEach(
            one -> form.add(name + "=" + URLEncoder.encode(one, StandardCharsets.UTF_8))));
        final var credentials = request.getUsername() + ":" + request.getPassword();
        final var sent = java.net.http.HttpRequest.newBuilder(URI.create(request.getUrl()))
            .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes()))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .method(request.getMethod().name(), java.net.http.HttpRequest.BodyPublishers.ofString(form.toString()))
            .build();
        try {
            final var body = java.net.http.HttpResponse.BodyHandlers.ofString();
            return new Response(java.net.http.HttpClient.newHttpClient().send(sent, body).statusCode());
        } catch (IOException | InterruptedException error) {
            throw new IllegalStateException(error);
        }
    }
}

class TwilioRestClient {
    private final Builder from;

    private TwilioRestClient(final Builder from) { this.from = from; }

    Response request(final Request request) {
        request.setAuth(from.username, from.password);
        return from.httpClient.makeRequest(request);
    }

    public static class Builder {
        private final String username, password;
        private HttpClient httpClient = new NetworkHttpClient();

        public Builder(final String username, final String password) {
            this.username = username;
            this.password = password;
        }

        public Builder httpClient(final HttpClient httpClient) {
            this.httpClient = httpClient;
            return this;
        }

        public TwilioRestClient build() { return new TwilioRestClient(this); }
    }
}

class Verification {
    public static VerificationCreator creator(final String service, final String to, final String channel) {
        return new VerificationCreator(service, to, channel);
    }
}

record VerificationCreator(String service, String to, String channel) {
    public Verification create(final TwilioRestClient client) {
        final var url = "https://verify.twilio.com/v2/Services/" + service + "/Verifications";
        final var request = new Request(HttpMethod.POST, url);
        request.addPostParam("To", to);
        request.addPostParam("Channel", channel);
        final var status = client.request(request).status();
        if (status != 201) throw new IllegalStateException("status " + status);
        return new Verification();
    }
}
