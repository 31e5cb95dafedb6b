"""What the operator may do on the pages: requests and answers as values, and the server's side."""
