<?xml version="1.0"?>
<CHANNEL HREF="https://wire.example/"><TITLE>Wire</TITLE><ABSTRACT>d</ABSTRACT>
<ITEM HREF="https://wire.example/1" LASTMOD="2024-03-08"><TITLE>One</TITLE><ABSTRACT>1</ABSTRACT></ITEM>
<ITEM HREF="https://wire.example/2"><TITLE>Two</TITLE></ITEM>
</CHANNEL>
