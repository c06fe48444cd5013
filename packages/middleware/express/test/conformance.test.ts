import { testAdapter } from '@whodid/testkit/adapter'
import express from 'express'
import express4 from 'express4'
import { createApp } from './conformance-app.ts'
import { serveApp } from './serve-app.ts'

testAdapter('Express 5', async (setup) => serveApp(createApp(express, '/*path', setup)))
testAdapter('Express 4', async (setup) => serveApp(createApp(express4, '*', setup)))
